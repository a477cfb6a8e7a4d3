import ArgumentParser
import PostgresHistoryStore

/// Takes away all that is known of a user.
struct ForgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Takes away all that is known of a user, for good, without asking.",
    discussion: """
      Executions, their lines in the change log, the rollups that statistics are read from, and what \
      was learned of them. It works on the server's database, in short transactions, while servers go on. Stop whoever \
      saves for the user first: what is saved meanwhile may stay. Backups keep what they have.

      Examples:
        workflow-history forget --user ann --dry-run
        workflow-history forget --user ann
      """)

  @Option(help: "Whom to forget.")
  var user: String

  @Flag(help: "Tell what would be taken away, and take nothing.")
  var dryRun = false

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: MaintenanceOutputOptions

  func run() async throws {
    let printer = output.printer
    let user = user
    let isDry = dryRun
    let names = ["executions", "changes", "rollups", "patterns"]
    printer.begin(names)
    let counts = try await database.maintain { options, eventLoop in
      if isDry { return try await UserErasure.count(user, options, on: eventLoop) }
      return try await UserErasure.run(user, options, on: eventLoop) { counts in
        printer.progress("\(counts.executions) executions, \(counts.changes) changes")
      }
    }
    let numbers = [counts.executions, counts.changes, counts.rollups, counts.patterns]
    printer.entry(
      terminal: "\(numbers[0]) executions, \(numbers[1]) changes, \(numbers[2]) rollups and"
        + " \(numbers[3]) patterns" + (isDry ? " would be taken away" : " were taken away"),
      columns: numbers.map { "\($0)" },
      json: zip(names, numbers).map { ($0, .int64($1)) })
  }
}
