import ArgumentParser
import PostgresHistoryStore
import WorkflowHistory

/// How the commands on rollups print.
struct RollupOutputOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Print a JSON object on a line for each day and each rollup that differs.",
      discussion: """
        Otherwise: in a terminal one line that goes on counting, and in a pipe columns with tabs \
        between, under a line with their names.
        """))
  var json = false

  func printer(verb: String) -> RollupPrinter {
    let form: RollupPrinter.Form =
      json ? .json : Terminal.standardOutput == nil ? .columns : .terminal
    let printer = RollupPrinter(form: form, verb: verb)
    printer.begin()
    return printer
  }
}

/// Prints how far a check of rollups has come, and what it finds.
///
/// Where nobody reads it any more, the check goes on all the same.
struct RollupPrinter: Sendable {
  enum Form { case terminal, columns, json }

  let form: Form
  /// What is said of the rollups that differ.
  let verb: String

  func begin() {
    if form == .columns { print(["day", "user_id", "workflow_type", "rollups", "differing"]) }
  }

  /// A rollup that differs.
  func differs(_ difference: RollupCheck.Difference) {
    let day = CalendarDay(daysSince1970: difference.day).description
    switch form {
    case .terminal:
      try? write(
        "\r\(Self.clear)\(day)  \(difference.userID.withVisibleControls)"
          + "  \(difference.workflowType.withVisibleControls)\n")
    case .columns: print([day, difference.userID, difference.workflowType, "", ""])
    case .json:
      print(
        .object([
          ("day", .string(day)), ("userId", .string(difference.userID)),
          ("workflowType", .string(difference.workflowType)),
        ]))
    }
  }

  /// A day that was checked.
  func progress(_ progress: RollupCheck.Progress) {
    let day = CalendarDay(daysSince1970: progress.day).description
    switch form {
    case .terminal:
      try? write(
        "\r\(day)  day \(progress.daysDone) of \(progress.daysTotal): \(summary(progress))"
          + Self.clear)
    case .columns: print([day, "", "", "\(progress.rollups)", "\(progress.differing)"])
    case .json:
      print(
        .object([
          ("day", .string(day)), ("daysDone", .int32(Int32(clamping: progress.daysDone))),
          ("daysTotal", .int32(Int32(clamping: progress.daysTotal))),
          ("daysPassedOver", .int32(Int32(clamping: progress.daysPassedOver))),
          ("rollups", .int64(progress.rollups)), ("differing", .int64(progress.differing)),
        ]))
    }
  }

  /// The end; nil where there was nothing to check.
  func end(_ progress: RollupCheck.Progress?) {
    guard form == .terminal else { return }
    try? write("\r\(progress.map(summary) ?? "there are no executions")\(Self.clear)\n")
  }

  private func summary(_ progress: RollupCheck.Progress) -> String {
    let passedOver =
      progress.daysPassedOver == 0 ? "" : ", \(progress.daysPassedOver) days passed over"
    return "\(progress.rollups) rollups, \(progress.differing) \(verb)\(passedOver)"
  }

  private func print(_ columns: [String]) {
    try? write(columns.map(\.withVisibleControls).joined(separator: "\t") + "\n")
  }

  private func print(_ json: ProtobufJSON) { try? write(json.line + "\n") }

  /// Clears the rest of the line.
  private static let clear = "\u{1B}[K"
}
