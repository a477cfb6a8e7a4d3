import WorkflowHistory

@testable import PatternLearning

/// The history of the user of some observations.
func learned(_ observations: [Observation]) throws -> LearnedHistory {
  var history = LearnedHistory(userID: observations.first?.userID ?? "ada")
  for observation in observations { try history.add(observation) }
  return history
}

extension LearnedHistory {
  /// All its parts, one after the other, each after its length.
  var encoded: [UInt8] {
    let parts = periods.map { period in
      var bytes: [UInt8] = []
      period.write(to: &bytes)
      return bytes
    }
    return ([head] + parts).reduce(into: []) { bytes, part in
      bytes.append(variableLength: UInt64(part.count))
      bytes += part
    }
  }

  /// The history of `ada` that was written so.
  init(encoded bytes: [UInt8]) throws {
    var reader = VariableLengthReader(bytes)
    var parts: [[UInt8]] = []
    while !reader.isAtEnd {
      var part: [UInt8] = []
      for _ in 0..<(try reader.number()) { part.append(try reader.byte()) }
      parts.append(part)
    }
    guard let head = parts.first else { throw MalformedBytes() }
    try self.init(
      userID: "ada", head: head,
      periods: parts.dropFirst().map { (bytes) throws(MalformedBytes) in
        var reader = VariableLengthReader(bytes)
        return LearnedPeriod(weeks: try Period(from: &reader).weeks, bytes: bytes)
      })
  }
}

/// Runs of 10 s on the days from 2026-02-16, a Monday.
struct Runs {
  private var generator = SeededGenerator(state: 1)
  private var count = 0
  private(set) var observations: [Observation] = []

  /// Adds one at noon of a day, counted from the first.
  mutating func add(
    _ type: String = "etl", day: Int = 0, hour: Int = 12, workflow: String? = nil,
    failed: Bool = false, error: String? = nil, seconds: Double? = 10, inputs: [InputField] = [],
    tasks: [TaskTiming] = [], user: String = "ada"
  ) {
    count += 1
    let start = (Int64(HistoryGenerator.firstDay) + Int64(day)) * 24 + Int64(hour)
    let instant = Timestamp(microseconds: start * 3_600_000_000 + Int64(count % 3_600) * 1_000_000)
    observations.append(
      Observation(
        userID: user, id: ExecutionID.make(at: instant, using: &generator),
        workflowID: workflow ?? "wf-\(count)", workflowType: type, hasFailed: failed,
        errorFingerprint: error, durationSeconds: seconds, inputs: inputs, tasks: tasks))
  }
}
