internal import HTTP1
internal import HTTP2

/// What a connection speaks, as far as the connection itself must know.
protocol HTTPSession: AnyObject {
  /// Whether the client has shown that it speaks it.
  var isEstablished: Bool { get }
  /// How many calls are open.
  var openCalls: Int { get }
  /// How many pieces of answers were handed over to be sent.
  var answersSent: Int { get }
  /// How many bytes of answers wait to be handed over.
  var pendingAnswerBytes: Int { get }
  /// How many bytes of requests wait to be read.
  var heldInputBytes: Int { get }
  /// Whether more is to be read from the client.
  var takesInput: Bool { get }
  /// Whether all is said, and nothing will be asked.
  var isFinished: Bool { get }
  /// Hands over what is to be sent; returns whether there may be more.
  func takeOutgoing(upTo limit: Int, _ body: (RawSpan) -> Void) -> Bool
  /// The connection is no more.
  func end()
}

extension HTTP2Session: HTTPSession {
  /// How many frames without a body may wait before the peer's are not read any more.
  private static let maxQueuedFrames = 1_000

  var openCalls: Int { openStreams }
  var pendingAnswerBytes: Int { pendingBodyBytes }
  var heldInputBytes: Int { 0 }
  var takesInput: Bool { queuedFrames <= Self.maxQueuedFrames }
}

extension HTTP1Session: HTTPSession {
  var isEstablished: Bool { answersSent > 0 || openExchanges > 0 }
  var openCalls: Int { openExchanges }
  var pendingAnswerBytes: Int { pendingBytes }
  var takesInput: Bool { wantsInput }
}
