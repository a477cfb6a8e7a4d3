import PostgresTesting
import Reactor

@testable import Postgres

/// Runs `body` with a connection to a server that tests share.
func withConnection(
  _ pipelining: PostgresConnection.Pipelining, statementTimeout: Duration = .seconds(20),
  idleTransactionTimeout: Duration? = nil, keepsSessions: Bool = true,
  settings: [String: String] = [:],
  _ body: @Sendable (PostgresConnection) async throws -> Void
) async throws {
  let cluster = try await PostgresCluster.shared.value
  let loop = try Loop(name: "test")
  try await loop.run { eventLoop in
    var options = PostgresOptions(
      conninfo: cluster.conninfo(), statementTimeout: statementTimeout, settings: settings)
    options.idleTransactionTimeout = idleTransactionTimeout
    options.keepsSessions = keepsSessions
    let connection = try await PostgresConnection.connect(
      to: options, pipelining: pipelining, on: eventLoop)
    defer { connection.close() }
    try await body(connection)
  }
  await loop.stop()
}

/// A statement that is asked for in a task of its own.
final class Asked {
  private(set) var outcome: Result<QueryResult, PostgresError>?
  private var task: LoopTask?

  init(_ connection: PostgresConnection, _ statement: Statement, _ parameters: [Parameter] = []) {
    task = connection.eventLoop.start {
      do throws(PostgresError) {
        self.outcome = .success(try await connection.query(statement, parameters))
      } catch {
        self.outcome = .failure(error)
      }
    }
  }

  func cancel() { task?.cancel() }

  /// The outcome, once it is there.
  func answer() async -> Result<QueryResult, PostgresError>? {
    await task?.wait()
    return outcome
  }

  /// The error, once it is there.
  func failure() async -> PostgresError? { await answer()?.failure }
}

/// A session beside the one that is tested: it can hold it up, and see what it does.
final class Bystander {
  private let connection: PostgresConnection
  /// The advisory lock that it holds up others with.
  private let key = Int64.random(in: 0...(.max))

  init(on eventLoop: EventLoop) async throws {
    let cluster = try await PostgresCluster.shared.value
    connection = try await PostgresConnection.connect(
      to: PostgresOptions(conninfo: cluster.conninfo()), pipelining: .separate, on: eventLoop)
  }

  /// A row, for which a statement waits until the lock is free.
  var row: String { "pg_advisory_xact_lock(\(key))" }

  func lock() async throws { _ = try await value("SELECT pg_advisory_lock(\(key))::text") }
  func unlock() async throws { _ = try await value("SELECT pg_advisory_unlock(\(key))::text") }

  /// Makes something new that is seen by all sessions, with a name of its own, such as a table.
  func make(_ kind: String, _ definition: String = "") async throws -> String {
    let name = "made_\(UInt64.random(in: 0...(.max)))"
    _ = try await connection.query(Statement("", "CREATE \(kind) \(name) \(definition)"))
    return name
  }

  /// The only value that a statement returns.
  func value(_ sql: String) async throws -> String? {
    try await connection.query(Statement("", sql)).first?.value(0)
  }

  /// Waits until the session is held up, by the lock or in a sleep.
  func untilHeldUp(_ session: Session) async throws {
    while try await value(
      "SELECT wait_event FROM pg_stat_activity WHERE pid = \(session.process) AND state = 'active'"
        + " AND (wait_event = 'PgSleep' OR wait_event_type = 'Lock')") == nil
    {}
  }

  /// Waits until nothing runs in the session.
  func untilIdle(_ session: Session) async throws {
    while try await value(
      "SELECT state FROM pg_stat_activity WHERE pid = \(session.process)") != "idle"
    {}
  }

  func close() { connection.close() }
}

/// A connection's process at the server.
struct Session {
  let process: Int32

  init(of connection: PostgresConnection) async throws {
    process = try await connection.query(Statement("", "SELECT pg_backend_pid()"))[0].value(0)
  }
}
