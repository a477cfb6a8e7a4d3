internal import Postgres
internal import WorkflowHistory

extension SealedLabels {
  /// Where a batch of rollups ends: at one of them, or at one of its spilled counts.
  struct RollupPosition {
    var userID = ""
    var day = Day(number: 0)
    var workflowType = ""
    var digest: [UInt8] = []
  }

  /// Where something is counted by label.
  enum Source {
    /// Rollups that count it themselves.
    case rollups
    /// Errors and tasks that these have spilled.
    case errors, tasks

    fileprivate var statement: Statement {
      switch self {
      case .rollups: SealedLabels.rollups
      case .errors: SealedLabels.spilledErrors
      case .tasks: SealedLabels.spilledTasks
      }
    }

    /// What the next batch begins after.
    fileprivate func parameters(_ position: RollupPosition) -> [Parameter] {
      let key: [Parameter] = [
        .text(position.userID), .int4(position.day.number), .text(position.workflowType),
      ]
      let digest: [Parameter] = self == .rollups ? [] : [.bytes(position.digest)]
      return key + digest + [.int8(SealedLabels.rollupsAtOnce)]
    }
  }

  /// How many rollups are looked at in one transaction.
  private static let rollupsAtOnce: Int64 = 500

  /// Converts the next few; nil where there are none.
  func convert(
    _ source: Source, from position: RollupPosition, in transaction: Transaction
  ) async throws -> (last: RollupPosition, count: Int64)? {
    _ = try await transaction.query(AdvisoryLock.rollups.take)
    let found = try await transaction.query(source.statement, source.parameters(position))
    var last: RollupPosition?
    var changes = RollupChanges()
    var count: Int64 = 0
    for index in 0..<found.count {
      let row = found[index]
      let end = RollupPosition(
        userID: try row.value(0), day: Day(number: try row.value(1)),
        workflowType: try row.value(2), digest: try row.value(3))
      last = end
      var errors = ErrorCounts()
      var tasks = TaskCounts()
      switch source {
      case .rollups:
        errors = try ErrorCounts(encoded: try row.value(4))
        tasks = try TaskCounts(encoded: try row.value(5))
      case .errors: errors.add(try Int64(row, from: 5), ExactText(try row.value(4)))
      case .tasks: tasks.add(try TaskFigures(row, from: 5), ExactText(try row.value(4)))
      }
      var change = ExecutionRollup()
      count += change.errors.move(errors) { label(ofError: $0, end.userID) }
      count += change.tasks.move(tasks) { label(ofTask: $0, end.userID) }
      changes.add(
        change,
        to: RollupKey(
          userID: ExactText(end.userID), day: end.day, workflowType: ExactText(end.workflowType)))
    }
    try await RollupTable.add(changes, in: transaction)
    return last.map { ($0, count) }
  }

  // MARK: Statements

  private static let rollups = Statement(
    "labels_rollups",
    """
    SELECT user_id, \(RollupTable.number("day")), workflow_type, ''::bytea, errors, tasks
    FROM execution_rollups
    WHERE (user_id, day, workflow_type) > ($1, \(RollupTable.date("$2")), $3)
      AND (errors <> '' OR tasks <> '')
    ORDER BY user_id, day, workflow_type LIMIT $4
    """, [.text, .int4, .text, .int8])

  private static let spilledErrors = spilled(Int64.table)
  private static let spilledTasks = spilled(TaskFigures.table)

  private static func spilled(_ table: SpillTable) -> Statement {
    Statement(
      "labels_\(table.name)",
      """
      SELECT user_id, \(RollupTable.number("day")), workflow_type, \(table.digest), \(table.label),
        \(table.numbersRead)
      FROM \(table.name)
      WHERE (user_id, day, workflow_type, \(table.digest))
        > ($1, \(RollupTable.date("$2")), $3, $4)
      ORDER BY user_id, day, workflow_type, \(table.digest) LIMIT $5
      """, [.text, .int4, .text, .bytes, .int8])
  }
}

extension LabelledCounts {
  /// Takes counts away from their labels and adds them to others, and tells how many.
  fileprivate mutating func move(_ counts: LabelledCounts, to label: (String) -> String) -> Int64 {
    var moved: Int64 = 0
    for (old, count) in counts.counts {
      let new = label(old.text)
      guard new != old.text else { continue }
      add(count, old, times: -1)
      add(count, ExactText(new))
      moved += 1
    }
    return moved
  }
}
