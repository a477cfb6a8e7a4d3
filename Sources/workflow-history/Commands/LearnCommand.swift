import ArgumentParser
import PostgresHistoryStore

/// Learns now what servers learn by and by.
struct LearnCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Learns from all executions that have ended by now, and reviews what is known.",
    discussion: """
      It works on the server's database, in short transactions, while servers go on. It reads the \
      change log from where it was learned last; with --from-table it forgets what was learned, and \
      reads the executions themselves: those of before there was a learner, and those whose log was \
      dropped before they were learned. Wherever it is cut short, a server goes on with it.

      Examples:
        workflow-history patterns learn
        workflow-history patterns learn --from-table --json
      """)

  @Option(help: "Review this user's patterns alone. What is learned is of all users.")
  var user: String?

  @Flag(help: "Forget what was learned, and learn it from the executions themselves.")
  var fromTable = false

  @OptionGroup var keys: PayloadKeyOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: MaintenanceOutputOptions

  func run() async throws {
    let printer = output.printer
    let keys = try await reporting { try self.keys.read() }
    let (source, user) = (fromTable ? LearningRun.Source.table : .changeLog, user)
    let names = ["executions", "users", "found", "confirmed", "retired"]
    printer.begin(names)
    let counts = try await database.maintain { options, eventLoop in
      var sealing: PayloadSealing?
      if let keys { sealing = try await PayloadSealing.prepare(keys, options, on: eventLoop) }
      return try await LearningRun.run(
        from: source, reviewing: user, sealing: sealing, options, on: eventLoop
      ) { counts in
        printer.progress("learned from \(counts.executions) executions, \(counts.users) reviewed")
      }
    }
    let numbers = [
      counts.executions, counts.users, counts.found, counts.confirmed, counts.retired,
    ]
    printer.entry(
      terminal: "learned from \(numbers[0]) executions; of \(numbers[1]) users' patterns"
        + " \(numbers[2]) are new, \(numbers[3]) confirmed and \(numbers[4]) retired",
      columns: numbers.map { "\($0)" }, json: zip(names, numbers).map { ($0, .int64($1)) })
  }
}
