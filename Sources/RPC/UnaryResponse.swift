/// What a unary call was answered so far, at the client: fields and bytes in, one message or a
/// status out.
public struct UnaryResponse {
  private var deframer: MessageDeframer
  private var message: [UInt8]?
  private var status = AnswerStatus()

  /// - Parameter limit: the most bytes of the message.
  public init(limit: Int) { deframer = MessageDeframer(limit: limit, encoding: nil) }

  /// Takes the fields of a header block: headers, trailers, or both in one (Trailers-Only).
  public mutating func receive(_ fields: [RPCField], endsStream: Bool) {
    status.receive(fields, endsStream: endsStream)
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
      status.assume(error)
    }
    message = first
    if hasTwo {
      status.assume(RPCStatus(.internal, "the server's answer has more than one message"))
    }
  }

  /// The answer, now that the stream is over.
  public consuming func finish() throws(RPCStatus) -> [UInt8] {
    let status = status.final
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
