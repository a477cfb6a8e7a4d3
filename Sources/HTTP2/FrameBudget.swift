/// How much a peer may send that gets nothing done: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, DATA
/// that holds next to nothing, and whatever makes this side reset a stream (CVE-2019-9512, -9513,
/// -9515, -9518 and CVE-2025-8671). What nghttp2 passes over unanswered, such as frames of unknown
/// types, is not seen here, and costs no more than to be read.
///
/// A bucket that fills with time, and with each frame of real work: a client whose calls are
/// answered may confirm and probe as it likes.
struct FrameBudget {
  /// What it costs to make this side reset a stream, which takes more than reading a frame.
  static let provokedReset = 10
  /// What each DATA frame sent earns: the peer may update two windows for it.
  static let dataSent = 2

  private let burst: Int
  private let perSecond: Int
  private var left: Int
  private var filled = Duration.zero

  init(burst: Int, perSecond: Int) {
    self.burst = burst
    self.perSecond = perSecond
    left = burst
  }

  mutating func earn(_ count: Int) { left = min(left + count, burst) }

  /// Returns whether there was enough.
  mutating func spend(_ cost: Int, at now: Duration) -> Bool {
    if left < cost { fill(at: now) }
    guard left >= cost else { return false }
    left -= cost
    return true
  }

  private mutating func fill(at now: Duration) {
    let elapsed = now - filled
    filled = now
    let milliseconds = elapsed / .milliseconds(1)
    earn(Int(min(milliseconds * Double(perSecond) / 1_000, Double(burst))))
  }
}
