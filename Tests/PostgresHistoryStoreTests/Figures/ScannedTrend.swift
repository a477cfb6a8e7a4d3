import WorkflowHistory

@testable import PostgresHistoryStore

/// As ``EfficiencyTrend``, from the durations themselves: puts each day's median beside that of the days before it, which need not lie in the window.
struct ScannedTrend {
  private(set) var points: [EfficiencyPoint] = []
  private var recent: [(day: Day, durations: [Double])] = []

  /// Adds a day, later than those before: all of its durations in order, and of those that lie in
  /// the window the number and the median.
  mutating func add(_ day: Day, executions: Int64, median: Double?, durations: [Double]) {
    recent.removeAll { $0.day < day - EfficiencyTrend.baselineDays }
    if let median {
      points.append(
        EfficiencyPoint(
          day: day.number, executions: executions, medianDurationSeconds: median,
          baselineMedianSeconds: Self.median(of: recent.map(\.durations))))
    }
    recent.append((day, durations))
  }

  /// The median, by nearest rank, of numbers of 0 or more that come as sorted lists; nil where
  /// there are none.
  static func median(of lists: [[Double]]) -> Double? {
    let count = lists.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    let rank = Int(NearestRank.rank(percent: 50, count: Int64(count)))
    // The bits of numbers of 0 or more are in the order of the numbers: the median is the least
    // with `rank` numbers up to it.
    var low: UInt64 = 0
    var high = Double.infinity.bitPattern
    while low < high {
      let middle = low + (high - low) / 2
      let upTo = Double(bitPattern: middle)
      if lists.reduce(0, { $0 + $1.count(upTo: upTo) }) >= rank {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return Double(bitPattern: low)
  }
}

extension [Double] {
  /// How many of the sorted numbers are at most this one.
  fileprivate func count(upTo limit: Double) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
