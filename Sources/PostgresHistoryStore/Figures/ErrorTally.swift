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

    fileprivate mutating func add(_ count: Int64, of day: Day, to window: Window) {
      switch window {
      case .before: before += count
      case .now:
        now += count
        days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
      }
    }
  }

  /// Which of the two windows.
  enum Window { case now, before }

  private var places = LabelPlaces()
  /// By the place of its fingerprint.
  private var entries: [Entry] = []

  /// The entries of the fingerprints.
  var all: some Sequence<(ExactText, Entry)> { zip(places.labels, entries) }
  /// How many fingerprints there are.
  var count: Int { entries.count }
  /// How many bytes the entries take, about.
  var bytes: Int { places.bytes }

  mutating func add(_ count: Int64, _ fingerprint: ExactText, of day: Day, to window: Window) {
    add(count, at: places.place(of: fingerprint), of: day, to: window)
  }

  /// Adds the errors of a rollup, as ``ErrorCounts/encoded``.
  mutating func add(encoded bytes: [UInt8], of day: Day, to window: Window) throws {
    places.beginRollup()
    try ErrorCounts.read(bytes) { fingerprint, count in
      add(count, at: places.nextPlace(of: fingerprint), of: day, to: window)
    }
  }

  private mutating func add(_ count: Int64, at place: Int, of day: Day, to window: Window) {
    if place == entries.count { entries.append(Entry()) }
    entries[place].add(count, of: day, to: window)
  }
}
