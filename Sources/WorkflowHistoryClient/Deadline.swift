/// When something must have ended; it may be never.
struct Deadline {
  private let end: ContinuousClock.Instant?

  /// After this time from now; nil: never.
  init(after timeout: Duration?) { end = timeout.map { .now + $0 } }

  /// What is left, which is never negative; nil: for ever.
  var remaining: Duration? { end.map { max(.zero, $0 - .now) } }

  /// Whether it comes later than after this time.
  func allows(_ wait: Duration) -> Bool { remaining.map { wait < $0 } ?? true }
}
