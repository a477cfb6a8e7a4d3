internal import WorkflowHistory

/// Counts errors by fingerprint, in a window and in the one of the same length before it, as far as
/// rollups count them themselves.
struct ErrorTally {
  /// What is counted of a fingerprint.
  struct Entry {
    let fingerprint: ExactText
    var now: Int64 = 0
    var before: Int64 = 0
    /// The first and the last day of the window that has it.
    var days: ClosedRange<Day>?
    /// Which entry came after it in the rollup that was read last.
    fileprivate var follower = 0

    fileprivate init(_ fingerprint: ExactText) { self.fingerprint = fingerprint }

    fileprivate mutating func add(_ count: Int64, of day: Day, to window: Window) {
      switch window {
      case .before: before += count
      case .now:
        now += count
        days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
      }
    }
  }

  /// What an entry takes beside its text: its counts, its place in the table, and its allocation.
  private static let bytesBesideText = 160

  /// Which of the two windows.
  enum Window { case now, before }

  private(set) var entries: [Entry] = []
  private var places: [ExactText: Int] = [:]
  /// Which entry a rollup begins with.
  private var first = 0
  /// How many fingerprints there are.
  var count: Int { entries.count }
  /// How many bytes the entries take, about.
  private(set) var bytes = 0

  mutating func add(_ count: Int64, _ fingerprint: ExactText, of day: Day, to window: Window) {
    entries[place(of: fingerprint)].add(count, of: day, to: window)
  }

  /// Adds the errors of a rollup, as ``ErrorCounts/encoded``.
  mutating func add(encoded bytes: [UInt8], of day: Day, to window: Window) throws {
    var last: Int?
    try ErrorCounts.read(bytes) { fingerprint, count in
      // Most rollups have the errors of the one before, in the same order.
      var place = last.map { entries[$0].follower } ?? first
      if place >= entries.count || !entries[place].fingerprint.equals(utf8: fingerprint) {
        place = self.place(of: ExactText(utf8: fingerprint))
        if let last { entries[last].follower = place } else { first = place }
      }
      last = place
      entries[place].add(count, of: day, to: window)
    }
  }

  private mutating func place(of fingerprint: ExactText) -> Int {
    if let place = places[fingerprint] { return place }
    places[fingerprint] = entries.count
    entries.append(Entry(fingerprint))
    bytes += fingerprint.text.utf8.count + Self.bytesBesideText
    return entries.count - 1
  }
}
