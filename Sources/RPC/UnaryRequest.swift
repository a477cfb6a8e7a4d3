/// What a unary call has sent so far: bytes in, one message out when the caller has ended.
public struct UnaryRequest {
  private var deframer: MessageDeframer
  private var message: [UInt8]?
  private var hasTwo = false

  /// - Parameters:
  ///   - limit: the most bytes of the message.
  ///   - encoding: the caller's `grpc-encoding`.
  public init(limit: Int, encoding: String?) {
    deframer = MessageDeframer(limit: limit, encoding: encoding)
  }

  /// Takes the next bytes of the body.
  public mutating func receive(_ bytes: RawSpan) throws(RPCStatus) {
    var first = message
    var hasTwo = hasTwo
    try deframer.receive(bytes) { message in
      if first == nil { first = message } else { hasTwo = true }
    }
    message = first
    self.hasTwo = hasTwo
    if hasTwo { throw RPCStatus(.unimplemented, "a unary call with more than one message") }
  }

  /// The message, now that the caller has ended.
  public consuming func finish() throws(RPCStatus) -> [UInt8] {
    guard deframer.isBetweenMessages else {
      throw RPCStatus(.internal, "the call ended in the midst of a message")
    }
    guard let message else { throw RPCStatus(.unimplemented, "a unary call without a message") }
    return message
  }
}
