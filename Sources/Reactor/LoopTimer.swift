internal import CLibuv

/// Calls back after a time, once or again and again, until it is cancelled.
public final class LoopTimer: HandleOwner {
  private var body: (() -> Void)?
  private let repeats: Bool

  fileprivate init(
    on eventLoop: EventLoop, after: Duration, repeating: Duration?, _ body: @escaping () -> Void
  ) {
    eventLoop.assertIsolated()
    self.body = body
    repeats = repeating != nil
    // uv_timer_init can't fail.
    try! super.init(uv_timer_t.self) { timer throws(SystemError) in
      uv_timer_init(eventLoop.uv, timer)
    }
    uv_update_time(eventLoop.uv)
    uv_timer_start(
      raw.assumingMemoryBound(to: uv_timer_t.self),
      { HandleOwner.of($0, as: LoopTimer.self).fire() },
      after.wholeMilliseconds, repeating?.wholeMilliseconds ?? 0)
  }

  private func fire() {
    guard let body else { return }
    if !repeats { cancel() }
    body()
  }

  /// No call comes after this one.
  public func cancel() {
    body = nil
    close()
  }
}

extension EventLoop {
  /// Calls `body` after a time, and where `repeating` is given, that often from then on. Times are
  /// rounded up to the millisecond.
  @discardableResult
  public func timer(
    after: Duration, repeating: Duration? = nil, _ body: @escaping () -> Void
  ) -> LoopTimer {
    LoopTimer(on: self, after: after, repeating: repeating, body)
  }

  /// Suspends the task until the loop has handled what else has happened: for work that takes long,
  /// between its parts.
  public func yield() async { await sleep(for: .zero) }

  /// Suspends the task for a time, or until it is cancelled.
  public func sleep(for time: Duration) async {
    var waiting: CheckedContinuation<Void, Never>?
    var timer: LoopTimer?
    var isOver = false
    func end() {
      isOver = true
      timer?.cancel()
      waiting?.resume()
      waiting = nil
    }
    await withCancellableContinuation(cancelled: end) { continuation in
      waiting = continuation
      if isOver { end() } else { timer = self.timer(after: time, end) }
    }
  }
}

extension Duration {
  /// Rounded up; 0 where negative.
  var wholeMilliseconds: UInt64 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    let ceiling = UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    let (milliseconds, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1000)
    return overflow ? .max : milliseconds &+ ceiling
  }
}
