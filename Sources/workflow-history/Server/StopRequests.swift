import Reactor

/// The signals that ask the process to end, heard from the moment this is made.
struct StopRequests: Sendable {
  private let requests: AsyncStream<Void>

  /// Listens on this loop for as long as it runs.
  init(on eventLoop: EventLoop) {
    let (requests, heard) = AsyncStream.makeStream(of: Void.self)
    self.requests = requests
    for signal in terminationSignals {
      // The loop keeps the watch.
      _ = try? eventLoop.onSignal(signal) { heard.yield() }
    }
  }

  /// Waits for the first of them.
  func first() async {
    for await _ in requests { return }
  }
}
