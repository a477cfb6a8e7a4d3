public import ProtobufMessages
public import RPC

/// A call whose client streams, or whose server does, or both.
///
/// The server is held back by flow control while its responses are not taken, and the caller while
/// its requests are not. Whoever begins a call reads it to its end, or cancels it. Not `Sendable`: it
/// lives on its channel's loop. When the task that reads or writes is cancelled, so is the call.
public struct StreamingCall<Request: EncodableMessage, Response: DecodableMessage> {
  private let stream: ClientStream
  private let arena: Arena

  init(_ stream: ClientStream, arena: Arena) {
    self.stream = stream
    self.arena = arena
  }

  /// Sends a request, when the server has taken those before it but for some. One task may write
  /// while another reads.
  ///
  /// - Throws: how the call has ended; CANCELLED where the server has ended it well.
  public func write(_ request: Request) async throws(RPCStatus) {
    try await stream.write(request.framed(arena: arena))
  }

  /// Says that no more requests come.
  public func finish() { stream.finish() }

  /// The next response; nil where the call has ended well.
  ///
  /// - Throws: how it ended otherwise, after the last response; INTERNAL of one that can't be decoded,
  ///   which ends the call.
  public func next() async throws(RPCStatus) -> Response? {
    guard let message = try await stream.next() else { return nil }
    do throws(RPCStatus) {
      return try Response.answer(message, arena: arena)
    } catch {
      stream.abandon(error)
      throw error
    }
  }

  /// Ends the call at once, as nobody needs it any more. The server is told (RST_STREAM with CANCEL).
  public func cancel() { stream.abandon(.wasCancelled) }
}

extension EncodableMessage {
  /// The message's bytes with their prefix.
  func framed(arena: Arena) -> [UInt8] {
    defer { arena.reset() }
    var framed = encode(arena: arena, prefix: MessageDeframer.prefixSize)
    MessageDeframer.writePrefix(into: &framed)
    return framed
  }
}

extension DecodableMessage {
  /// A response from its bytes.
  static func answer(_ message: [UInt8], arena: Arena) throws(RPCStatus) -> Self {
    defer { arena.reset() }
    do throws(MessageError) {
      return try decode(message, arena: arena)
    } catch {
      throw RPCStatus(.internal, "the server's answer can't be decoded: \(error.description)")
    }
  }
}
