/// What a unary call was answered so far, at the client: fields and bytes in, one message or a
/// status out.
public struct UnaryResponse {
  private var deframer: MessageDeframer
  private var message: [UInt8]?
  private var status: RPCStatus?

  /// - Parameter limit: the most bytes of the message.
  public init(limit: Int) { deframer = MessageDeframer(limit: limit, encoding: nil) }

  /// Takes the fields of a header block: headers, trailers, or both in one (Trailers-Only).
  public mutating func receive(_ fields: [RPCField], endsStream: Bool) {
    let metadata = Metadata(fields)
    if status == nil { status = RPCStatus(trailers: metadata) }
    // An interim answer (1xx, RFC 9110, section 15.2) says nothing of the final one.
    if status == nil, let http = metadata[":status"], http != "200", !http.hasPrefix("1") {
      status = Self.status(ofHTTP: http)
    }
    if endsStream, status == nil {
      status = RPCStatus(.unknown, "the server's answer has no grpc-status")
    }
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

  /// Takes the next bytes of the body.
  public mutating func receive(_ bytes: RawSpan) {
    var first = message
    var hasTwo = false
    do {
      try deframer.receive(bytes) { message in
        if first == nil { first = message.bytes } else { hasTwo = true }
      }
    } catch {
      if status == nil { status = error }
    }
    message = first
    if hasTwo, status == nil {
      status = RPCStatus(.internal, "the server's answer has more than one message")
    }
  }

  /// The answer, now that the stream is over.
  public consuming func finish() throws(RPCStatus) -> [UInt8] {
    guard let status else {
      throw RPCStatus(.unavailable, "the connection ended before the answer")
    }
    guard status.code == .ok else { throw status }
    guard let message else { throw RPCStatus(.internal, "the server's answer has no message") }
    guard deframer.isBetweenMessages else {
      throw RPCStatus(.internal, "the server's answer ended in the midst of a message")
    }
    return message
  }
}

/// The fields that begin a call, at the client.
public enum RequestFields {
  /// - Parameters:
  ///   - path: the method's path.
  ///   - authority: the server's name.
  ///   - scheme: "https" or "http".
  ///   - timeout: how long the caller will wait; nil: forever.
  public static func make(
    path: String, authority: String, scheme: String, timeout: Duration?, metadata: Metadata
  ) -> [RPCField] {
    var fields = [
      RPCField(":method", "POST"), RPCField(":scheme", scheme), RPCField(":path", path),
      RPCField(":authority", authority), RPCField("te", "trailers"),
      RPCField("content-type", "application/grpc+proto"),
      RPCField("user-agent", "grpc-swift-workflow-history/1"),
    ]
    if let timeout { fields.append(RPCField("grpc-timeout", Timeout.format(timeout))) }
    return fields + metadata.fields
  }
}
