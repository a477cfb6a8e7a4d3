public import ProtobufMessages

/// The requests of a call whose client streams, decoded one by one as the handler asks for them.
///
/// A client that sends faster than the handler reads is held back by flow control. One that can't
/// be decoded ends the call as INVALID_ARGUMENT; a call that is over ends the loop with an error.
public struct RequestStream<Request: DecodableMessage>: AsyncSequence {
  /// A decoded request.
  public typealias Element = Request
  /// An ``RPCStatus``, or a `CancellationError` when the call is over.
  public typealias Failure = any Error

  let queue: MessageQueue
  let call: ServerCall
  let arena: Arena

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Reads the requests. A call has one reader.
  public struct Iterator: AsyncIteratorProtocol {
    let stream: RequestStream

    /// The next request; nil when the caller has sent the last.
    public func next() async throws -> Request? {
      try await stream.queue.next().map(decode)
    }

    /// The next request, where it has come already; nil where it has not, and when the caller has sent
    /// the last.
    public func nextIfHere() throws -> Request? { try stream.queue.pop().map(decode) }

    private func decode(_ message: [UInt8]) throws -> Request {
      try stream.call.recheck()
      stream.call.requestWasCompressed = stream.queue.lastWasCompressed
      stream.call.receivedBytes = stream.queue.receivedBytes
      stream.call.requestBytes = message.count
      return try Request.request(message, arena: stream.arena)
    }

    /// The next request; nil when the caller has sent the last.
    public func next(isolation actor: isolated (any Actor)?) async throws -> Request? {
      try await next()
    }
  }
}

extension DecodableMessage {
  /// A request from its bytes; INVALID_ARGUMENT, with the fields that are to blame, if it is none.
  static func request(_ message: [UInt8], arena: Arena) throws(RPCStatus) -> Self {
    defer { arena.reset() }
    do throws(MessageError) { return try decode(message, arena: arena) } catch {
      throw RPCStatus(error)
    }
  }
}

extension RPCStatus {
  /// What answers a message that can't be read: INVALID_ARGUMENT, with the fields that are to blame.
  public init(_ error: MessageError) {
    self.init(
      .invalidArgument, error.description,
      details: error.violations.isEmpty ? [] : [.badRequest(error.violations)])
  }
}
