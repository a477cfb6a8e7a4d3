internal import WorkflowHistory

/// Durations in order, with how many there are of each, to within 0.4%.
struct DurationTable: Equatable, Sendable {
  private struct Run: Equatable, Sendable {
    let duration: RoundedDuration
    var count: Int64
  }

  /// From the shortest on.
  private var runs: [Run] = []
  /// How many durations there are.
  private(set) var count: Int64 = 0

  /// How many lengths there are at most: 39 octaves of a `DurationHistogram`.
  static let mostRuns = 1_500

  init() {}

  /// The table of these durations, of at most ``mostRuns`` lengths.
  init(_ durations: [RoundedDuration]) {
    for duration in durations.sorted() { append(duration, 1) }
  }

  /// The table of what a histogram holds. Where that are too many lengths, neighbours become one,
  /// as long as the longer.
  init(_ histogram: DurationHistogram) {
    for (seconds, times) in histogram.lengths where times > 0 {
      append(RoundedDuration(seconds), times)
    }
    while runs.count > Self.mostRuns { mergePairs() }
  }

  private mutating func append(_ duration: RoundedDuration, _ times: Int64) {
    count += times
    if runs.last?.duration == duration {
      runs[runs.count - 1].count += times
    } else {
      runs.append(Run(duration: duration, count: times))
    }
  }

  private mutating func mergePairs() {
    runs = stride(from: 0, to: runs.count, by: 2).map { first in
      guard first + 1 < runs.count else { return runs[first] }
      let longer = runs[first + 1]
      return Run(duration: longer.duration, count: runs[first].count + longer.count)
    }
  }

  /// What the next duration stays within with a probability of `percent`, in seconds: the one of
  /// rank ceil((n + 1) * percent / 100), which of n + 1 durations that are alike the last exceeds
  /// no more often than that (Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random
  /// world"). The longest where there are too few to say. Nil where there are none.
  func bound(percent: Int64) -> Double? {
    var rest = min(((count + 1) * percent + 99) / 100, count)
    for run in runs {
      rest -= run.count
      if rest <= 0 { return run.duration.seconds }
    }
    return nil
  }

  /// Which part of the durations is longer than this many seconds. Nil where there are none.
  func share(longerThan seconds: Double) -> Double? {
    guard count > 0 else { return nil }
    let longer = runs.reversed().prefix { $0.duration.seconds > seconds }
    return Double(longer.reduce(0) { $0 + $1.count }) / Double(count)
  }
}

extension DurationTable: ByteCoded {
  /// Each length by its distance from the one before.
  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(runs.count))
    var last: UInt16 = 0
    for run in runs {
      bytes.append(variableLength: run.duration.bits - last)
      bytes.append(variableLength: UInt64(run.count))
      last = run.duration.bits
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    var last: UInt64 = 0
    for _ in 0..<(try reader.number()) {
      last += min(try reader.number(), UInt64(UInt16.max))
      let times = try reader.count()
      guard runs.count < Self.mostRuns, times > 0 else { throw MalformedBytes() }
      append(try RoundedDuration(bits: last), times)
    }
  }
}
