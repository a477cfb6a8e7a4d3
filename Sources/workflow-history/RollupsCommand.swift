import ArgumentParser
import Foundation
import Logging
import Postgres
import PostgresHistoryStore
import PostgresSupervisor
import Reactor

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
    @OptionGroup var output: RollupOutputOptions

    func run() async throws {
      let progress = try await database.check(.verify, output.printer(verb: "differ"))
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
    @OptionGroup var output: RollupOutputOptions

    func run() async throws {
      _ = try await database.check(.rebuild, output.printer(verb: "made right"))
    }
  }
}

/// Which database a command works on.
struct DatabaseOptions: ParsableArguments {
  @OptionGroup var dataDirectory: DataDirectory

  @Option(
    help: "The server's --database, where it is not the private Postgres of the data directory.")
  var database: String?

  fileprivate func check(_ mode: RollupCheck.Mode, _ printer: RollupPrinter) async throws
    -> RollupCheck.Progress?
  {
    ignoreBrokenPipes()
    return try await reporting {
      try await withDatabase { options in
        let loop = try Loop(name: "check")
        let result = await checked(mode, options, printer, on: loop)
        await loop.stop()
        let progress = try result.get()
        printer.end(progress)
        return progress
      }
    }
  }

  private func checked(
    _ mode: RollupCheck.Mode, _ options: PostgresOptions, _ printer: RollupPrinter, on loop: Loop
  ) async -> Result<RollupCheck.Progress?, any Error> {
    do {
      return .success(
        try await loop.run { eventLoop in
          try await RollupCheck.run(
            mode, options, on: eventLoop, differs: printer.differs, progress: printer.progress)
        })
    } catch let error as PostgresError where error.sqlState == .undefinedTable {
      return .failure(fail("the database has no rollups: start the server on it once"))
    } catch {
      return .failure(error)
    }
  }

  /// Calls `body` with the database that is named, or with the private Postgres, which is started
  /// where no server runs on it.
  private func withDatabase<T>(_ body: (PostgresOptions) async throws -> T) async throws -> T {
    if let database { return try await body(PostgresOptions(conninfo: database)) }
    guard FileManager.default.fileExists(atPath: dataDirectory.path + "/postgres") else {
      throw fail(
        "no Postgres is in \(dataDirectory.path): name its data directory with --data-dir, or"
          + " another database with --database")
    }
    var logger = Logger(label: "workflow-history") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    let postgres = try await PrivatePostgres.start(
      dataDirectory: dataDirectory.path, logger: logger)
    do {
      let value = try await body(PostgresOptions(conninfo: postgres.conninfo))
      await postgres.stop()
      return value
    } catch {
      await postgres.stop()
      throw error
    }
  }
}
