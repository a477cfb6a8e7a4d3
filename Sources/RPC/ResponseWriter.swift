public import ProtobufMessages

/// Where the transport takes a call's responses.
public protocol ResponseSink: AnyObject {
  /// Takes one response, with five bytes left in front for the prefix. Suspends first while the
  /// client is behind in reading those before; throws when the call is over.
  func send(_ framed: [UInt8]) async throws
}

/// Sends the responses of a call whose server streams.
public struct ResponseWriter<Response: EncodableMessage> {
  let sink: any ResponseSink
  let arena: Arena

  /// Sends one response. A handler that writes faster than the client reads is suspended here;
  /// throws when the call is over.
  public func write(_ response: Response) async throws {
    try await sink.send(response.framed(arena: arena))
  }
}

extension EncodableMessage {
  /// The message's bytes, behind the room for their prefix.
  func framed(arena: Arena) -> [UInt8] {
    defer { arena.reset() }
    return encode(arena: arena, prefix: MessageDeframer.prefixSize)
  }
}
