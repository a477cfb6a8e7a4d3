internal import Postgres
internal import WorkflowHistory

/// Where counts are kept of which their rollups have too many labels: a row for each label, so that no
/// rollup grows without bound.
///
/// The keys have the label's SHA-256: with the text itself, an entry could be too long for an index.
struct SpillTable {
  /// A number of a count.
  struct Number {
    var name: String
    var type = DataType.int8
    /// What it is as SQL, given as a parameter of the type.
    var cast = ""
  }

  var name: String
  var label: String
  var numbers: [Number]

  var digest: String { "\(label)_digest" }
  /// The numbers' names.
  var numberNames: String { numbers.map(\.name).joined(separator: ", ") }
  /// The numbers as they are read.
  var numbersRead: String {
    numbers.map { $0.type == .text ? "\($0.name)::text" : $0.name }.joined(separator: ", ")
  }
  private var keyTypes: [DataType] { [.textArray, DataType.int4.array, .textArray, .textArray] }

  /// Adds to counts, and tells whether any is nothing now.
  var upsert: Statement {
    let arrays = (1...4 + numbers.count).map { "$\($0)" }.joined(separator: ", ")
    let sums = numbers.map { "\($0.name) = rollup.\($0.name) + excluded.\($0.name)" }
    return Statement(
      "\(name)_upsert",
      """
      WITH upserted AS (
        INSERT INTO \(name) AS rollup
          (user_id, day, workflow_type, \(digest), \(label), \(numberNames))
        SELECT user_id, \(RollupTable.date("day")), workflow_type, \(Self.sha256("label")), label,
          \(numbers.map { $0.name + $0.cast }.joined(separator: ", "))
        FROM unnest(\(arrays)) AS change (user_id, day, workflow_type, label, \(numberNames))
        ON CONFLICT (user_id, day, workflow_type, \(digest))
          DO UPDATE SET \(sums.joined(separator: ", "))
        RETURNING \(isNothing("")) AS is_nothing
      )
      SELECT coalesce(bool_or(is_nothing), false) FROM upserted
      """, keyTypes + numbers.map(\.type.array))
  }

  /// Deletes those of some counts that are nothing.
  var delete: Statement {
    Statement(
      "\(name)_delete",
      """
      DELETE FROM \(name) AS rollup
      USING unnest($1, $2, $3, $4) AS key (user_id, day, workflow_type, label)
      WHERE rollup.user_id = key.user_id AND rollup.day = \(RollupTable.date("key.day"))
        AND rollup.workflow_type = key.workflow_type
        AND rollup.\(digest) = \(Self.sha256("key.label")) AND \(isNothing("rollup."))
      """, keyTypes)
  }

  private func isNothing(_ table: String) -> String {
    numbers.map { "\(table)\($0.name) = 0" }.joined(separator: " AND ")
  }

  private static func sha256(_ text: String) -> String { "sha256(convert_to(\(text), 'UTF8'))" }
}

/// A count that may be kept in a table of its own.
protocol SpilledCount: LabelledCount {
  static var table: SpillTable { get }
  /// How many labels a rollup has itself.
  static var labelsOfRollup: Int { get }
  /// By ``SpillTable/numbers``.
  var numbers: [Parameter] { get }
  /// The count in columns, as they are sent and read, from the `offset`-th on.
  init(_ row: Row, from offset: Int) throws(PostgresError)
}

extension Int64: SpilledCount {
  static let table = SpillTable(
    name: "execution_error_rollups", label: "fingerprint", numbers: [.init(name: "count")])
  static let labelsOfRollup = 64

  var numbers: [Parameter] { [.int8(self)] }

  init(_ row: Row, from offset: Int) throws(PostgresError) { self = try row.value(offset) }
}

extension TaskFigures: SpilledCount {
  static let table = SpillTable(
    name: "execution_task_rollups", label: "task",
    numbers: [
      .init(name: "executions"), .init(name: "runs"), .init(name: "failed_runs"),
      .init(name: "timed_runs"),
      // It may be past the largest integer.
      .init(name: "microseconds", type: .text, cast: "::numeric"),
    ])
  static let labelsOfRollup = 64

  var numbers: [Parameter] {
    [executions, runs, failedRuns, timedRuns].map { .int8($0) }
      + [.text(String(durationSumMicroseconds))]
  }

  init(_ row: Row, from offset: Int) throws(PostgresError) {
    guard let sum = Int128(try row.value(offset + 4, as: String.self)) else {
      throw PostgresError(.protocolViolation, "a sum of durations that is no whole number")
    }
    self.init(
      executions: try row.value(offset), runs: try row.value(offset + 1),
      failedRuns: try row.value(offset + 2), timedRuns: try row.value(offset + 3),
      durationSumMicroseconds: sum)
  }
}

/// Counts that their rollups do not have, as arrays.
struct SpilledCounts<Count: SpilledCount> {
  private var keys = RollupKeys()
  private var labels = ArrayParameter(of: .text)
  private var numbers = Count.table.numbers.map { ArrayParameter(of: $0.type) }

  mutating func append(_ key: RollupKey, _ label: ExactText, _ count: Count) {
    keys.append(key)
    labels.append(.text(label.text))
    for (index, number) in count.numbers.enumerated() { numbers[index].append(number) }
  }

  /// Adds them to their table.
  func add(in transaction: Transaction) async throws {
    guard !keys.isEmpty else { return }
    let keys = keys.parameters + [.array(labels)]
    let upserted = try await transaction.query(
      Count.table.upsert, keys + numbers.map { .array($0) })
    let leavesNothings: Bool = try upserted[0].value(0)
    if leavesNothings { _ = try await transaction.query(Count.table.delete, keys) }
  }
}

extension LabelledCounts where Count: SpilledCount {
  /// Adds changes to a rollup, with as many labels as it may have; others are spilled.
  ///
  /// - Parameter spills: whether the rollup has ever spilled any.
  mutating func add(
    _ changes: LabelledCounts, of key: RollupKey, spills: inout Bool,
    to spilled: inout SpilledCounts<Count>
  ) {
    for (label, count) in changes.counts {
      // One that is counted in the rollup stays there, and one that spilled stays out.
      if counts[label] != nil || (!spills && counts.count < Count.labelsOfRollup) {
        add(count, label)
      } else {
        spills = true
        spilled.append(key, label, count)
      }
    }
  }
}
