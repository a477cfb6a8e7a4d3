/// A status with its details: a `google.rpc.Status`, as `grpc-status-details-bin` carries it.
public struct RichStatus: Equatable, Sendable {
  /// The gRPC status code.
  public var code: Int32
  /// What went wrong, in words for the caller.
  public var message: String
  /// What a program may want to know of it.
  public var details: [StatusDetail]

  /// A status with these details.
  public init(code: Int32, message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }
}

/// A detail of a status: the messages of google/rpc/error_details.proto that we use.
public enum StatusDetail: Equatable, Sendable {
  /// `google.rpc.BadRequest`: the fields that were refused.
  case badRequest([FieldViolation])
  /// `google.rpc.RetryInfo`: how long to wait before another try.
  case retryInfo(Duration)
  /// `google.rpc.ErrorInfo`: why, as a constant of `domain` such as `VERSION_MISMATCH`, with
  /// what more there is to say.
  case errorInfo(reason: String, domain: String, metadata: [String: String])
}
