public import ProtobufMessages

/// Where the transport takes a call's responses.
public protocol ResponseSink: AnyObject {
  /// Takes one response, with five bytes left in front for the prefix; throws when the call is over.
  func send(_ framed: consuming [UInt8]) throws
  /// Whether the client is behind in reading what was sent.
  var isBehind: Bool { get }
  /// Suspends until the client has caught up, the call is over, or the task is cancelled.
  func caughtUp() async
}

/// Sends the responses of a call whose server streams.
public struct ResponseWriter<Response: EncodableMessage> {
  let sink: any ResponseSink
  let call: ServerCall
  let arena: Arena

  /// Sends one response. A handler that writes faster than the client reads is suspended here;
  /// throws when the call is over.
  public func write(_ response: Response) async throws {
    if sink.isBehind {
      await sink.caughtUp()
      try Task.checkCancellation()
    }
    try call.recheck()
    try sink.send(response.framed(arena: arena))
  }
}

extension EncodableMessage {
  /// The message's bytes, behind the room for their prefix.
  @usableFromInline
  func framed(arena: Arena) -> [UInt8] {
    defer { arena.reset() }
    return encode(arena: arena, prefix: MessageDeframer.prefixSize)
  }
}
