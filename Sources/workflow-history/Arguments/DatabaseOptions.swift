import ArgumentParser
import Foundation
import Logging
import Postgres
import PostgresSupervisor
import Reactor

/// Which database a command works on, without a server.
struct DatabaseOptions: ParsableArguments {
  @OptionGroup var dataDirectory: DataDirectory

  @Option(
    help: "The server's --database, where it is not the private Postgres of the data directory.")
  var database: String?

  /// Calls `body` on a loop with the database that is named, or with the private Postgres, which is
  /// started where no server runs on it.
  func maintain<T: Sendable>(
    _ body: @Sendable @escaping (PostgresOptions, EventLoop) async throws -> T
  ) async throws -> T {
    ignoreBrokenPipes()
    return try await reporting {
      try await withDatabase { options in
        let loop = try Loop(name: "maintenance")
        let result = await Self.result(of: body, options, on: loop)
        await loop.stop()
        return try result.get()
      }
    }
  }

  private static func result<T: Sendable>(
    of body: @Sendable @escaping (PostgresOptions, EventLoop) async throws -> T,
    _ options: PostgresOptions, on loop: Loop
  ) async -> Result<T, any Error> {
    do {
      return .success(try await loop.run { eventLoop in try await body(options, eventLoop) })
    } catch let error as PostgresError where error.sqlState?.isMissingSchema == true {
      return .failure(
        fail("the database is not this version's: start the server on it once"))
    } catch {
      return .failure(error)
    }
  }

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
