public import RPC

extension Dispatcher.Route {
  /// Serves a call without a transport: these requests in, the responses out, framed.
  public func serve(_ call: ServerCall, _ messages: [UInt8]...) async throws -> [[UInt8]] {
    try await serve(call, messages)
  }

  /// Serves a call without a transport: these requests in, the responses out, framed.
  public func serve(_ call: ServerCall, _ messages: [[UInt8]]) async throws -> [[UInt8]] {
    let requests = MessageQueue(
      limit: .max, encoding: nil, codec: MessageCodec(), isSingle: !streamsRequests)
    for message in messages {
      var framed = [UInt8](repeating: 0, count: MessageDeframer.prefixSize) + message
      MessageDeframer.writePrefix(into: &framed)
      try requests.receive(framed.span.bytes)
    }
    try requests.finish()
    let responses = CollectedResponses()
    try await serve(call, requests, responses)
    return responses.framed
  }
}

/// Keeps what a handler sends.
public final class CollectedResponses: ResponseSink {
  /// The responses, with room in front for their prefixes.
  public private(set) var framed: [[UInt8]] = []

  /// Nothing was sent yet.
  public init() {}

  /// Keeps a response.
  public func send(_ framed: consuming [UInt8]) throws { self.framed.append(framed) }

  /// Never: they are all kept.
  public let isBehind = false

  /// It has.
  public func caughtUp() async {}
}
