internal import Reactor

/// Work that is done at once and then at intervals, one time after another: where it is still under
/// way, its next time is left out. It holds itself until ``cancel()``.
final class RecurringWork {
  private var timer: LoopTimer?
  private var isUnderWay = false

  init(every interval: Duration, on eventLoop: EventLoop, _ work: @escaping () async -> Void) {
    timer = eventLoop.timer(after: .zero, repeating: interval) { [self] in
      guard !isUnderWay else { return }
      isUnderWay = true
      eventLoop.start {
        await work()
        self.isUnderWay = false
      }
    }
  }

  /// Begins no more; what is under way goes on.
  func cancel() {
    timer?.cancel()
    timer = nil
  }
}
