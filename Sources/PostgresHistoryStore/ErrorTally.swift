internal import WorkflowHistory

/// Counts errors by fingerprint, in a window and in the one of the same length before it, as far as
/// rollups count them themselves.
struct ErrorTally {
  /// What is counted of a fingerprint.
  struct Entry {
    var now: Int64 = 0
    var before: Int64 = 0
    /// The first and the last day of the window that has it.
    var days: ClosedRange<Day>?

    fileprivate mutating func add(_ count: Int64, of day: Day) {
      now += count
      days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
    }
  }

  /// What an entry takes beside its text: its counts, its place in the table, and its allocation.
  private static let bytesBesideText = 128

  /// Which of the two windows.
  enum Window { case now, before }

  private(set) var entries: [ExactText: Entry] = [:]
  /// How many fingerprints there are.
  var count: Int { entries.count }
  /// How many bytes the entries take, about.
  private(set) var bytes = 0

  mutating func add(_ count: Int64, _ fingerprint: ExactText, of day: Day, to window: Window) {
    let known = entries.count
    defer {
      if entries.count > known { bytes += fingerprint.text.utf8.count + Self.bytesBesideText }
    }
    switch window {
    case .before: entries[fingerprint, default: Entry()].before += count
    case .now: entries[fingerprint, default: Entry()].add(count, of: day)
    }
  }
}
