/// What carries a call.
public enum CallCarrier: Int, CaseIterable, Sendable, CustomStringConvertible {
  case grpc
  /// JSON by HTTP/1.1.
  case http1
  /// JSON by HTTP/2.
  case http2

  /// What figures name it.
  public var description: String {
    switch self {
    case .grpc: "grpc"
    case .http1: "http/1.1"
    case .http2: "http/2"
    }
  }
}
