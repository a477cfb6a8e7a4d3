import PostgresHistoryStore
import WorkflowHistory

/// Prints how far a check of rollups has come, and what it finds.
struct RollupPrinter: Sendable {
  private let printer: MaintenancePrinter
  /// What is said of the rollups that differ.
  private let verb: String

  init(_ printer: MaintenancePrinter, verb: String) {
    self.printer = printer
    self.verb = verb
    printer.begin(["day", "user_id", "workflow_type", "rollups", "differing"])
  }

  /// A rollup that differs.
  func differs(_ difference: RollupCheck.Difference) {
    let day = CalendarDay(daysSince1970: difference.day).description
    let (user, workflowType) = (difference.userID, difference.workflowType)
    printer.entry(
      terminal: "\(day)  \(user)  \(workflowType)", columns: [day, user, workflowType, "", ""],
      json: [
        ("day", .string(day)), ("userId", .string(user)), ("workflowType", .string(workflowType)),
      ])
  }

  /// A day that was checked.
  func progress(_ progress: RollupCheck.Progress) {
    let day = CalendarDay(daysSince1970: progress.day).description
    printer.step(
      terminal: "\(day)  day \(progress.daysDone) of \(progress.daysTotal): \(summary(progress))",
      columns: [day, "", "", "\(progress.rollups)", "\(progress.differing)"],
      json: [
        ("day", .string(day)), ("daysDone", .int32(Int32(clamping: progress.daysDone))),
        ("daysTotal", .int32(Int32(clamping: progress.daysTotal))),
        ("daysPassedOver", .int32(Int32(clamping: progress.daysPassedOver))),
        ("rollups", .int64(progress.rollups)), ("differing", .int64(progress.differing)),
      ])
  }

  /// The end; nil where there was nothing to check.
  func end(_ progress: RollupCheck.Progress?) {
    printer.end(progress.map(summary) ?? "there are no executions")
  }

  private func summary(_ progress: RollupCheck.Progress) -> String {
    let passedOver =
      progress.daysPassedOver == 0 ? "" : ", \(progress.daysPassedOver) days passed over"
    return "\(progress.rollups) rollups, \(progress.differing) \(verb)\(passedOver)"
  }
}
