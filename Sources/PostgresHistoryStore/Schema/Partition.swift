internal import WorkflowHistory

/// One part of a table that is partitioned by range.
struct Partition: Equatable {
  /// The whole.
  var table: String
  /// What the part is called.
  var name: String
  /// Its bounds, as literals: the first value, and the first that is past it.
  var first: String
  var end: String
}

extension Partition {
  /// The executions that were created in a month: `workflow_executions_2026_03`.
  static func executions(of month: Month) -> Partition {
    Partition(
      table: "workflow_executions",
      name: "workflow_executions_\(month.year)_\(month.month < 10 ? "0" : "")\(month.month)",
      first: firstID(of: month), end: firstID(of: month + 1))
  }

  /// The change log of a day: `workflow_execution_changes_2026_03_15`.
  static func changes(of day: Day) -> Partition {
    Partition(
      table: "workflow_execution_changes",
      name: "workflow_execution_changes_\(day.text(separator: "_"))",
      first: day.text(separator: "-") + " 00:00:00+00",
      end: (day + 1).text(separator: "-") + " 00:00:00+00")
  }

  private static func firstID(of month: Month) -> String {
    ExecutionID.first(atOrAfter: month.start).description
  }
}
