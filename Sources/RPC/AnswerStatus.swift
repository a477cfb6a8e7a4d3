/// How a call ended, as its client learns it from the fields that come.
public struct AnswerStatus {
  private var status: RPCStatus?

  /// Nothing is known yet.
  public init() {}

  /// Takes the fields of a header block: headers, trailers, or both in one (Trailers-Only).
  public mutating func receive(_ fields: [RPCField], endsStream: Bool) {
    let metadata = Metadata(fields)
    if let status = RPCStatus(trailers: metadata) { assume(status) }
    // An interim answer (1xx, RFC 9110, section 15.2) says nothing of the final one.
    if let http = metadata[":status"], http != "200", !http.hasPrefix("1") {
      assume(Self.status(ofHTTP: http))
    }
    if endsStream { assume(RPCStatus(.unknown, "the server's answer has no grpc-status")) }
  }

  /// Takes this for the status, unless there is one.
  public mutating func assume(_ status: RPCStatus) {
    if self.status == nil { self.status = status }
  }

  /// The status, now that the stream is over.
  public var final: RPCStatus {
    status ?? RPCStatus(.unavailable, "the connection ended before the answer")
  }

  /// The code of an answer that is not gRPC's (gRPC, "HTTP to gRPC Status Code Mapping").
  private static func status(ofHTTP http: String) -> RPCStatus {
    let code: RPCStatusCode =
      switch http {
      case "400": .internal
      case "401": .unauthenticated
      case "403": .permissionDenied
      case "404": .unimplemented
      case "429", "502", "503", "504": .unavailable
      default: .unknown
      }
    return RPCStatus(code, "the server answered with HTTP status \(http)")
  }
}
