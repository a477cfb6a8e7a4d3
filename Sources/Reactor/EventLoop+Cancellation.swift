/// A way onto a loop for code that may run on any thread, such as a cancellation handler.
///
/// `@unchecked Sendable`: the closure is called only on the loop's thread. Other threads can do no
/// more than release it.
public struct LoopCallback: @unchecked Sendable {
  private let loop: Loop
  private let body: () -> Void

  fileprivate init(on loop: Loop, _ body: @escaping () -> Void) {
    self.loop = loop
    self.body = body
  }

  /// Calls the closure: before this returns where it is called on the loop's thread, else in a
  /// later turn of the loop.
  public func callAsFunction() {
    if loop.executor.isCurrent {
      body()
    } else {
      Task { await loop.run { _ in body() } }
    }
  }
}

extension EventLoop {
  /// Makes a callback that other threads may hold.
  public func callback(_ body: @escaping () -> Void) -> LoopCallback {
    LoopCallback(on: loop, body)
  }

  /// Suspends the task until the continuation that `body` is given is resumed, and calls
  /// `cancelled` on the loop if the task is cancelled meanwhile; it may resume the continuation.
  ///
  /// A task that is cancelled on the loop has `cancelled` called before the cancelling returns, and
  /// one that was cancelled already, before `body`. One that is cancelled on another thread may
  /// have it called just after the continuation was resumed.
  ///
  /// - Parameter isolation: the loop, as the caller is in its isolation; leave it at its default.
  public func withCancellableContinuation<T>(
    isolation: isolated (any Actor)? = #isolation, cancelled: @escaping () -> Void,
    _ body: (CheckedContinuation<T, Never>) -> Void
  ) async -> T {
    await withCancellation(isolation: isolation, cancelled: cancelled) {
      await withCheckedContinuation(isolation: isolation) { body($0) }
    }
  }

  /// Suspends until `begin`'s closure is called, or the task is cancelled.
  ///
  /// - Parameter isolation: the loop, as the caller is in its isolation; leave it at its default.
  public func untilCancelled(
    isolation: isolated (any Actor)? = #isolation, _ begin: (@escaping () -> Void) -> Void
  ) async {
    var waiting: CheckedContinuation<Void, Never>?
    var isCancelled = false
    await withCancellableContinuation(isolation: isolation) {
      isCancelled = true
      waiting.take()?.resume()
    } _: { (continuation: CheckedContinuation<Void, Never>) in
      if isCancelled { return continuation.resume() }
      waiting = continuation
      begin { waiting.take()?.resume() }
    }
  }

  /// Runs `body`, and calls `cancelled` on the loop if the task is cancelled meanwhile, or was before.
  ///
  /// - Parameter isolation: the loop, as the caller is in its isolation; leave it at its default.
  public func withCancellation<T>(
    isolation: isolated (any Actor)? = #isolation, cancelled: @escaping () -> Void,
    _ body: () async -> T
  ) async -> T {
    let cancelled = callback(cancelled)
    return await withTaskCancellationHandler {
      // The closure is in the caller's isolation only if it captures it; and so on the loop.
      _ = isolation
      assertIsolated()
      return await body()
    } onCancel: {
      cancelled()
    }
  }
}
