internal import HTTP2

/// What has a request that may not be complete yet.
protocol AwaitedRequest: AnyObject {
  /// Whether more of the request has to come.
  var awaitsRequest: Bool { get }
  /// When it began, on the loop's clock.
  var begun: Duration { get }
  /// Ends it, as the client takes longer than it may.
  func endLate()
}

/// A request of HTTP/2 that was refused by its head, the rest of which is passed over.
final class RefusedRequest: HTTP2StreamDelegate, AwaitedRequest {
  let begun: Duration
  private let stream: HTTP2Stream
  private(set) var awaitsRequest = true

  init(_ stream: HTTP2Stream, at now: Duration) {
    self.stream = stream
    begun = now
  }

  func endLate() { stream.reset(.noError) }

  func received(fields: [HTTP2Field], endsStream: Bool) {}
  func received(data: RawSpan) {}
  func receivedEnd() { awaitsRequest = false }
  func closed(_ code: HTTP2ErrorCode) { awaitsRequest = false }
}
