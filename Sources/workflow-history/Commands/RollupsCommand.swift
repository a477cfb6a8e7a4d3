import ArgumentParser
import PostgresHistoryStore

/// What an operator does with rollups.
struct RollupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollups",
    abstract: "Holds the rollups that statistics are read from against the executions.",
    subcommands: [Verify.self, Rebuild.self])

  /// Tells what differs.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells which rollups differ from their executions; exits with 1 where any does.",
      discussion: """
        It works day by day, on the server's database, while servers go on. Days of which retention \
        has dropped executions are passed over: only their rollups are left.
        """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: MaintenanceOutputOptions

    func run() async throws {
      let progress = try await check(.verify, database, output)
      if let progress, progress.differing > 0 { throw ExitCode(1) }
    }
  }

  /// Makes right what differs.
  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes rollups that differ from their executions what these add up to.",
      discussion: """
        It works day by day, each in short transactions, on the server's database, while servers go \
        on. Days of which retention has dropped executions are passed over: only their rollups are \
        left.
        """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: MaintenanceOutputOptions

    func run() async throws {
      _ = try await check(.rebuild, database, output)
    }
  }
}

private func check(
  _ mode: RollupCheck.Mode, _ database: DatabaseOptions, _ output: MaintenanceOutputOptions
) async throws -> RollupCheck.Progress? {
  let printer = RollupPrinter(
    output.printer, verb: mode == .verify ? "differ" : "made right")
  return try await database.maintain { options, eventLoop in
    let progress = try await RollupCheck.run(
      mode, options, on: eventLoop, differs: printer.differs, progress: printer.progress)
    printer.end(progress)
    return progress
  }
}
