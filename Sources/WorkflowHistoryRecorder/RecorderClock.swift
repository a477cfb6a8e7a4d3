internal import Foundation
internal import WorkflowHistory

/// The time of a recorder.
struct RecorderClock: Sendable {
  /// The time of day.
  var now: @Sendable () -> Timestamp
  /// A time that only grows, since some instant.
  var elapsed: @Sendable () -> Duration
  /// Waits; it throws when its task is cancelled.
  var sleep: @Sendable (Duration) async throws -> Void

  /// The machine's.
  static let system: RecorderClock = {
    let origin = ContinuousClock.now
    return RecorderClock(
      now: { Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded(.down))) },
      elapsed: { ContinuousClock.now - origin },
      sleep: { try await Task.sleep(for: $0) })
  }()
}

extension Duration {
  /// In seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
