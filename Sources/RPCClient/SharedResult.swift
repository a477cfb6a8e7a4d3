public import RPC
public import Reactor

/// What several calls wait for, each for as long as it can.
///
/// Not `Sendable`: it lives on one loop.
public final class SharedResult<Value> {
  private let eventLoop: EventLoop
  private var result: Result<Value, RPCStatus>?
  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  private var lastWaiter = 0

  /// There is none yet.
  public init(on eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Tells all who wait, and those who come later. The first time counts.
  public func settle(_ result: Result<Value, RPCStatus>) {
    guard self.result == nil else { return }
    self.result = result
    for waiting in waiting.values { waiting.resume() }
    waiting = [:]
  }

  /// Waits for it: CANCELLED where the task is cancelled, DEADLINE_EXCEEDED after `timeout`.
  public func value(timeout: Duration?) async throws(RPCStatus) -> Value {
    lastWaiter += 1
    let waiter = lastWaiter
    var gaveUp: RPCStatus?
    func giveUp(_ status: RPCStatus) {
      gaveUp = status
      waiting.removeValue(forKey: waiter)?.resume()
    }
    let deadline = timeout.map { timeout in
      eventLoop.timer(after: timeout) { giveUp(.deadlineHasPassed) }
    }
    defer { deadline?.cancel() }
    let cancelled = { giveUp(.wasCancelled) }
    await eventLoop.withCancellableContinuation(cancelled: cancelled) { continuation in
      if result == nil, gaveUp == nil {
        waiting[waiter] = continuation
      } else {
        continuation.resume()
      }
    }
    if let result { return try result.get() }
    throw gaveUp ?? .wasCancelled
  }
}
