extension LearnedHistory {
  /// How many bytes a history takes at most, in memory and in its parts: 11 MiB of statistics and
  /// what ``RecentFailures`` take, under 16 MiB even where each number takes a quarter more as bytes
  /// than in memory, which is the most that it can.
  ///
  /// Where they take more than three quarters of it, less is kept of each period, level by level of
  /// ``StatisticsLimits``, then of fewer types, the most frequent, until they take no more. At the
  /// last level one type takes 10 periods * (33 + 2 * 56 + 24 figures) * 2.8 kB: 4.7 MB.
  public static let mostBytes = statisticsBytes * 5 / 4 + RecentFailures.mostBytes

  static let statisticsBytes = 11 << 20

  /// What is known of how much memory the statistics take.
  struct Room: Equatable, Sendable {
    /// How many bytes they took when they were counted last, and by how many they may have grown
    /// since.
    fileprivate var counted = 0
    fileprivate var grown = 0
    /// The level of the limits.
    fileprivate var level = 0
    var limits = StatisticsLimits.levels[0]

    /// Room that is not counted yet.
    static let unknown = {
      var room = Room()
      room.counted = statisticsBytes
      return room
    }()
  }

  /// Makes sure that there is room for an observation.
  mutating func makeRoom(for observation: Observation) {
    room.grown += observation.mostGrowth
    guard room.counted + room.grown > Self.statisticsBytes else { return }
    count()
    while room.counted > Self.statisticsBytes * 3 / 4, keepLess() { count() }
  }

  /// Keeps less than before. False where that is not possible.
  private mutating func keepLess() -> Bool {
    if room.level + 1 < StatisticsLimits.levels.count {
      room.level += 1
      room.limits = StatisticsLimits.levels[room.level]
    } else {
      let types = periods.map(\.statistics.types.count).max() ?? 0
      guard types > 1 else { return false }
      room.limits.types = types / 2
    }
    trimPeriods()
    return true
  }

  /// Keeps no more than the limits allow.
  mutating func trimPeriods() {
    for index in periods.indices {
      periods[index].statistics.trim(to: room.limits)
      periods[index].isChanged = true
    }
  }

  private mutating func count() {
    room.grown = 0
    room.counted = periods.reduce(0) { $0 + $1.statistics.footprint }
  }
}

extension Observation {
  /// By how many bytes statistics grow with it at most: each figure of it may be new, and may be
  /// that of a new length.
  fileprivate var mostGrowth: Int {
    let figures =
      8 + min(inputs.count, TypeStatistics.mostInputs)
      + min(tasks.count, TypeStatistics.mostTasks)
    let texts = workflowType.utf8.count * 4 + (errorFingerprint?.utf8.count ?? 0) * 2
    let newType = 31 * MemoryLayout<OutcomeFigures>.stride + MemoryLayout<TypeStatistics>.stride
    return figures * DurationSketch.mostFootprint + texts + newType
  }
}
