public import Reactor

/// A task that waits for a value, which is given once: the first one counts.
public class Waiter<Value: Sendable> {
  private var continuation: CheckedContinuation<Value, Never>?
  private var early: Value?
  /// Whether the value was given.
  public private(set) var isResolved = false

  /// A waiter that was given no value yet.
  public init() {}

  /// Gives the value.
  public func resolve(_ value: Value) {
    guard !isResolved else { return }
    isResolved = true
    if let continuation = continuation.take() {
      continuation.resume(returning: value)
    } else {
      early = value
    }
  }

  /// Suspends the task until the value is given.
  ///
  /// - Parameters:
  ///   - cancelled: called when the task is cancelled; it gives a value. Where the task was
  ///     cancelled before it waits, that value is the answer and `begin` is not called.
  ///   - begin: sets going what gives the value.
  public func wait(
    on eventLoop: EventLoop, cancelled: @escaping () -> Void, begin: () -> Void
  ) async -> Value {
    await eventLoop.withCancellableContinuation(cancelled: cancelled) { continuation in
      if let value = early.take() {
        continuation.resume(returning: value)
      } else {
        self.continuation = continuation
        begin()
      }
    }
  }
}
