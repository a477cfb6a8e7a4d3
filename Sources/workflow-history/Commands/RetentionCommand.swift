import ArgumentParser
import PostgresHistoryStore
import WorkflowHistory

/// Takes away executions that are not to be kept any longer.
struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "Takes away executions that are older than they are to be kept.",
    discussion: """
      It goes once through the server's database, while servers go on. A month of which nothing is \
      kept is dropped as a whole, which gives its disk space back at once; of others the executions \
      that are due are deleted in small batches. Statistics and metrics go on counting all of them. \
      A server that has --retain does so every hour.

      Examples:
        workflow-history retention --retain 90d --dry-run
        workflow-history retention --retain status=FAILED:365d --retain type=etl:7d --retain 90d
      """)

  @OptionGroup var retention: RetentionOptions

  @Flag(help: "Tell what would be taken away, and take nothing.")
  var dryRun = false

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: MaintenanceOutputOptions

  func validate() throws {
    guard !retention.rules.isEmpty else {
      throw ValidationError("say with --retain how long executions are to be kept")
    }
  }

  func run() async throws {
    let printer = output.printer
    let policy = retention.policy
    let isDry = dryRun
    printer.begin(["month", "outcome", "executions"])
    let total = try await database.maintain { options, eventLoop in
      var total: Int64 = 0
      func report(_ outcome: RetentionRun.Outcome) {
        total += outcome.executions
        printer.entry(outcome, isDry: isDry)
      }
      try await RetentionRun.run(
        policy, options, now: .now, isPreview: isDry, on: eventLoop,
        progress: { printer.progress("\($0)  deleted \($1)") }, report: report)
      return total
    }
    printer.end("\(total) executions \(isDry ? "are due" : "were taken away")")
  }
}

extension MaintenancePrinter {
  fileprivate func entry(_ outcome: RetentionRun.Outcome, isDry: Bool) {
    let action =
      switch outcome.action {
      case .dropped: isDry ? "would be dropped" : "dropped"
      case .deleted: isDry ? "would be deleted" : "deleted"
      case .isInUse: "in use"
      }
    entry(
      terminal: "\(outcome.month)  \(outcome.executions) executions \(action)",
      columns: [outcome.month, action, "\(outcome.executions)"],
      json: [
        ("month", .string(outcome.month)), ("outcome", .string(action)),
        ("executions", .int64(outcome.executions)),
      ])
  }
}
