import ArgumentParser
import PostgresHistoryStore
import Sealing

/// Seals what is kept, with the key that seals now.
struct SealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Seals the content of all executions with the first key of a file.",
    discussion: """
      It goes through the server's database in short transactions, while servers go on, and seals \
      anew what is plain or under another key; the log and the rollups lose the errors' fingerprints and \
      the names of tasks. \
      Where the file begins with `plain` it makes everything plain instead. Give all servers the file \
      first: it exits with 1 where executions, or what was learned of users, are left, since a server \
      has saved otherwise meanwhile, or they do not open with any of the keys.

      Examples:
        workflow-history seal --payload-key-file keys
        workflow-history seal --payload-key-file keys --database 'host=db dbname=history' --json
      """)

  @OptionGroup var keys: PayloadKeyOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: MaintenanceOutputOptions

  func validate() throws {
    guard keys.file != nil else { throw ValidationError("name the keys with --payload-key-file") }
  }

  func run() async throws {
    let printer = output.printer
    guard let keys = try await reporting({ try keys.read() }) else { return }
    printer.begin([
      "key", "executions", "changes", "rolled_up_errors", "executions_left", "users_left",
    ])
    let counts = try await database.maintain { options, eventLoop in
      try await SealingRun.run(keys, options, on: eventLoop) { counts in
        printer.progress(
          "\(counts.executions) of \(counts.executionsFound) executions, \(counts.changes) changes"
            + ", \(counts.rolledUpLabels) rolled-up errors and tasks")
      }
    }
    printer.entry(counts, key: keys.sealing?.id)
    guard counts.executionsLeft == 0 else {
      throw fail(
        "\(counts.executionsLeft) executions are left: they do not open with these keys, or a server"
          + " seals otherwise; give all of them this file, and run it again")
    }
    guard counts.usersLeft == 0 else {
      throw fail(
        "what was learned of \(counts.usersLeft) users is left: it does not open with these keys, or a"
          + " server seals otherwise; give all of them this file, and run it again, or learn anew with"
          + " `patterns learn --from-table`")
    }
  }
}

extension MaintenancePrinter {
  fileprivate func entry(_ counts: SealingRun.Counts, key: String?) {
    let numbers = [
      counts.executions, counts.changes, counts.rolledUpLabels, counts.executionsLeft,
      counts.usersLeft,
    ]
    let outcome = key.map { "sealed under \($0)" } ?? "made plain"
    entry(
      terminal: "\(numbers[0]) executions \(outcome), \(numbers[3]) left, and what was"
        + " learned of \(numbers[4]) users",
      columns: [key ?? "plain"] + numbers.map { "\($0)" },
      json: [
        ("key", key.map { .string($0) }), ("executions", .int64(numbers[0])),
        ("changes", .int64(numbers[1])), ("rolledUpLabels", .int64(numbers[2])),
        ("executionsLeft", .int64(numbers[3])), ("usersLeft", .int64(numbers[4])),
      ])
  }
}
