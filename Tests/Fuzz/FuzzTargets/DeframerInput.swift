import RPC

/// The first byte says how large messages may be, how the body is cut and what `grpc-encoding` is;
/// the rest is the body.
enum DeframerInput {
  private static let limits = [0, 1, 16, 4096]
  private static let pieceSizes = [1, 2, 5, 6, 17, 4096]
  private static let encodings = [nil, "identity", "gzip", "other"]

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let choice = Int(reader.byte())
    let limit = limits[choice & 3]
    let encoding = encodings[choice >> 2 & 3]
    let body = Array(reader.rest)
    let whole = deframe(body, limit, encoding, pieceSize: max(1, body.count))
    let cut = deframe(body, limit, encoding, pieceSize: pieceSizes[(choice >> 4) % 6])
    try promise(whole == cut, "messages depend on how the body is cut")
    let framed = whole.messages.flatMap(frame)
    try promise(body.starts(with: framed), "messages are not what the body says")
    for message in whole.messages {
      try promise(message.bytes.count <= limit, "a message is over the limit")
    }
    if whole.refusal == nil {
      try promise(
        whole.isBetweenMessages == (framed.count == body.count), "the end is not seen as it is")
    }
    return !whole.messages.isEmpty
  }

  private struct Outcome: Equatable {
    var messages: [MessageDeframer.Message] = []
    var refusal: RPCStatus?
    var isBetweenMessages = true
  }

  private static func deframe(
    _ body: [UInt8], _ limit: Int, _ encoding: String?, pieceSize: Int
  ) -> Outcome {
    var deframer = MessageDeframer(limit: limit, encoding: encoding)
    var outcome = Outcome()
    do throws(RPCStatus) {
      for piece in body.pieces(of: pieceSize) {
        try deframer.receive(body.span.bytes.extracting(piece)) { outcome.messages.append($0) }
      }
      outcome.isBetweenMessages = deframer.isBetweenMessages
    } catch {
      outcome.refusal = error
    }
    return outcome
  }

  private static func frame(_ message: MessageDeframer.Message) -> [UInt8] {
    var framed = [UInt8](repeating: 0, count: MessageDeframer.prefixSize) + message.bytes
    MessageDeframer.writePrefix(into: &framed, isCompressed: message.isCompressed)
    return framed
  }
}
