public import HTTPRouting
internal import ProtobufMessages

/// The methods of a service by its HTTP rules.
public struct RuledOperations: HTTPOperations {
  private let router: HTTPRouter

  /// The operations that a router finds.
  public init(_ router: HTTPRouter) { self.router = router }

  /// The operation that a request leads to; see ``HTTPOperations``.
  public func operation(
    _ method: String, _ target: String
  ) throws(HTTPFailure) -> (any HTTPOperation)? {
    switch router.route(method, target) {
    case .call(let call): return call
    case .notFound: return nil
    case .methodNotAllowed(let allowed): throw .methodNotAllowed(allowed)
    }
  }
}

extension HTTPCall: HTTPOperation {
  /// The path of the method.
  public var methodPath: String { method.path }
  /// Whether the method answers with any number of responses.
  public var streamsResponses: Bool { method.isServerStreaming }
  /// The response's token, where the method has such.
  public func eventID(of response: [UInt8]) -> String? { resumeToken(of: response) }
  /// The call with the token in place of the caller's own.
  public func resumed(after eventID: String) -> (any HTTPOperation)? {
    resumed(withToken: eventID)
  }
}
