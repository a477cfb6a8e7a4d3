/// How long to wait before each next attempt at a connection: twice as long after each failure, up
/// to a limit, with jitter, so that the connections of many servers don't come back all at once.
struct Backoff {
  /// The bound of the first wait, and of any.
  static let first = Duration.milliseconds(50)
  static let longest = Duration.seconds(2)
  /// The bound while a server says that it is starting: it will soon be there.
  static let longestWhileStarting = Duration.milliseconds(200)

  private var failures = 0

  /// The wait before the next attempt: between a half of its bound, with a jitter of 0, and the
  /// whole of it, with a jitter of 1.
  mutating func next(isStarting: Bool = false, jitter: Double = .random(in: 0...1)) -> Duration {
    let longest = isStarting ? Self.longestWhileStarting : Self.longest
    let bound = min(Self.first * (1 << min(failures, 10)), longest)
    failures += 1
    return bound * (0.5 + jitter / 2)
  }

  /// Takes note that a connection stood for so long. One that a server takes and then drops at once
  /// is no success.
  mutating func stood(for time: Duration) {
    if time >= Self.longest { failures = 0 }
  }
}
