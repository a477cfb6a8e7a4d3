internal import Postgres
internal import WorkflowHistory

extension ExecutionRollup {
  /// The columns of `execution_rollups` that hold its figures.
  static let columns = "pending, running, completed, failed, paused, durations, errors, tasks"

  /// The rollup, without what it spills, in a row that has ``columns`` from the `offset`-th
  /// on.
  init(_ row: Row, from offset: Int) throws {
    self.init(
      counts: try StatusCounts(row, from: offset),
      durations: try DurationFigures(encoded: try row.value(offset + 5)),
      errors: try ErrorCounts(encoded: try row.value(offset + 6)),
      tasks: try TaskCounts(encoded: try row.value(offset + 7)))
  }
}

extension StatusCounts {
  /// The counts in five columns, the first of which is the `offset`-th.
  init(_ row: Row, from offset: Int) throws(PostgresError) {
    self.init()
    var column = offset
    for status in WorkflowStatus.allCases {
      self[status] = try row.value(column)
      column += 1
    }
  }
}
