internal import Reactor

/// What one task at a time waits for to change, on the client's loop.
final class Signal {
  private let eventLoop: EventLoop
  private var waiting: CheckedContinuation<Void, Never>?

  init(on eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Wakes whoever waits.
  func raise() {
    waiting?.resume()
    waiting = nil
  }

  /// Waits for the signal, or for the task to be cancelled, while it is blocked.
  func wait(while isBlocked: () -> Bool) async {
    await eventLoop.withCancellableContinuation(cancelled: { self.raise() }) { continuation in
      precondition(waiting == nil, "one task waits at a time")
      // It may have changed on the way here.
      if Task.isCancelled || !isBlocked() { return continuation.resume() }
      waiting = continuation
    }
  }
}
