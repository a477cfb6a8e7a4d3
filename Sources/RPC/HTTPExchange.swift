/// A request of HTTP that is not gRPC's, and the status of its answer. What it asks for is up to the caller.
public struct HTTPExchange: Hashable, Sendable {
  /// The version of HTTP, as figures name it.
  public var carrier: CallCarrier
  /// HTTP's method. Nil where the request could not be read.
  public var method: String?
  /// The path, without the query, which may name users. Nil where the request could not be read.
  public var path: String?
  /// The status of the answer; nil where there is none.
  public var status: Int?

  /// A request, and what it was answered.
  ///
  /// - Parameter target: The path, and the query where there is one.
  public init(
    carrier: CallCarrier, method: String? = nil, target: String? = nil, status: Int? = nil
  ) {
    self.carrier = carrier
    self.method = method
    path = target.map { String($0.prefix { $0 != "?" }) }
    self.status = status
  }
}

/// The request of HTTP by which a call was made, where that is not gRPC's.
///
/// Not `Sendable`: it lives on its connection's loop.
public final class HTTPRequestOfCall {
  /// What carries the call.
  public let carrier: CallCarrier
  private let method: String
  private let target: String
  private let statusFor: (RPCStatus) -> Int
  /// The status of the answer where that does not follow from how the call ends: one that has begun, or is
  /// given for what HTTP knows better.
  package var status: Int?

  /// What is kept of a target: a call may last, and so long a one tells nothing more.
  private static let maxTarget = 512

  /// A request.
  ///
  /// - Parameter statusFor: The status of the answer to a call that fails with this.
  package init(
    _ carrier: CallCarrier, method: String, target: String,
    statusFor: @escaping (RPCStatus) -> Int
  ) {
    self.carrier = carrier
    self.method = method
    self.target =
      target.utf8.count <= Self.maxTarget
      ? target : String(decoding: target.utf8.prefix(Self.maxTarget), as: UTF8.self)
    self.statusFor = statusFor
  }

  /// The request with its answer, where its call ends so.
  public func exchange(endingWith outcome: RPCStatus) -> HTTPExchange {
    let answered: Int? =
      switch outcome.code {
      case .ok: 200
      // Its caller has gone.
      case .cancelled: nil
      default: statusFor(outcome)
      }
    return HTTPExchange(
      carrier: carrier, method: method, target: target, status: status ?? answered)
  }
}
