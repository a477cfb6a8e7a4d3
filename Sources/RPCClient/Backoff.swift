/// How long to wait before something that has failed is tried again: exponentially longer, and each
/// time for a random part of that ("full jitter"), so that those who failed together do not all come
/// back together.
public struct Backoff: Sendable {
  /// The most that is waited after the first failure; twice as much after each that follows.
  public var initial: Duration
  /// The most that is waited after any.
  public var maximum: Duration
  /// A random part of 1, from 0.
  public var random: @Sendable () -> Double
  /// What waits; it throws when its task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void

  /// - Parameters:
  ///   - initial: the most that is waited after the first failure.
  ///   - maximum: the most that is waited after any.
  ///   - random: a random part of 1, from 0.
  ///   - sleep: what waits; it throws when its task is cancelled.
  public init(
    initial: Duration = .milliseconds(100), maximum: Duration = .seconds(5),
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.initial = initial
    self.maximum = maximum
    self.random = random
    self.sleep = sleep
  }

  /// How long to wait after so many failures, of which there is one at least.
  public func delay(afterFailures failures: Int) -> Duration {
    // A double holds any power of two that matters, and `min` what is past the maximum.
    let factor = Double(1 << min(failures - 1, 40))
    return min(initial * factor, maximum) * random()
  }
}
