public import ProtobufMessages
public import RPC

/// Why a call of the client failed.
public struct WorkflowHistoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// How the last attempt ended, with what the server said of it.
  public let status: RPCStatus
  /// Whether a write may have been carried out all the same, by this attempt or by one before it: its
  /// answer was lost. Never of a read.
  public let isInDoubt: Bool

  /// An error.
  public init(_ status: RPCStatus, isInDoubt: Bool = false) {
    self.status = status
    self.isInDoubt = isInDoubt
  }

  /// The gRPC code.
  public var code: RPCStatusCode { status.code }

  /// What is wrong and what to do.
  public var message: String { status.message }

  /// Each field that was refused, of an INVALID_ARGUMENT.
  public var fieldViolations: [FieldViolation] {
    var all: [FieldViolation] = []
    for case .badRequest(let violations) in status.details { all += violations }
    return all
  }

  /// After how long to try again, where the server said so.
  public var retryDelay: Duration? {
    for case .retryInfo(let delay) in status.details { return delay }
    return nil
  }

  /// The code, the message, and whether it is in doubt.
  public var description: String {
    isInDoubt ? "\(status) (it may have been carried out)" : status.description
  }
}
