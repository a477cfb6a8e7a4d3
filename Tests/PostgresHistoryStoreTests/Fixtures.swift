import Postgres
import PostgresTesting
import Reactor
import WorkflowHistory

@testable import PostgresHistoryStore

/// The instant that tests take for now: 2026-03-15T12:34:56.789012Z.
let testNow = Timestamp(microseconds: 1_773_578_096_789_012)

/// Runs `body` on a loop with a store in a new database.
func withStore(
  limits: PostgresHistoryStore.Limits = .patient, writes: WriteQueue = WriteQueue(),
  _ body: @Sendable (PostgresHistoryStore) async throws -> Void
) async throws {
  let cluster = try await PostgresCluster.shared.value
  let loop = try Loop(name: "test")
  try await loop.run { eventLoop in
    let conninfo = try await cluster.makeDatabase(on: eventLoop)
    let options = PostgresOptions(conninfo: conninfo)
    try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
    let store = PostgresHistoryStore(options, limits: limits, writes: writes, on: eventLoop)
    defer { store.close() }
    try await store.connect()
    try await body(store)
  }
  await loop.stop()
}

/// Runs `body` with two stores in a new database, each with a queue of its own: as two servers.
func withTwoStores(
  _ body: @Sendable (PostgresHistoryStore, PostgresHistoryStore) async throws -> Void
) async throws {
  try await withStore { first in
    let cluster = try await PostgresCluster.shared.value
    let database: String = try await first.run("SELECT current_database()::text")[0].value(0)
    let second = PostgresHistoryStore(
      PostgresOptions(conninfo: cluster.conninfo(database: database)), on: first.eventLoop)
    defer { second.close() }
    try await second.connect()
    try await body(first, second)
  }
}

extension JSONDocument {
  init(_ text: String) { self.init(uncheckedUTF8: Array(text.utf8)) }

  var text: String { String(decoding: utf8, as: UTF8.self) }
}

/// An execution that was created at an instant.
func execution(
  at instant: Timestamp = testNow, user: String = "alice", workflow: String = "wf-1",
  type: String = "etl", status: WorkflowStatus = .completed, duration: Double? = 1.5,
  error: String? = nil, input: JSONDocument? = nil, tasks: String = "[]"
) -> WorkflowExecution {
  var generator = SystemRandomNumberGenerator()
  let id = ExecutionID.make(at: instant, using: &generator)
  return WorkflowExecution(
    id: id, workflowID: workflow, workflowType: type, userID: user, status: status,
    inputData: input, outputData: nil, taskResults: JSONDocument(tasks), errorMessage: error,
    startTime: nil, endTime: nil, durationSeconds: duration,
    executionMetadata: JSONDocument("{}"), version: 1, createdAt: id.createdAt,
    updatedAt: instant)
}

/// The save that `execution` comes from.
func save(_ execution: WorkflowExecution, reach: Reach? = nil) -> ExecutionSave {
  var sent = ExecutionFields()
  sent.id = execution.id
  sent.workflowID = execution.workflowID
  sent.workflowType = execution.workflowType
  sent.userID = execution.userID
  sent.status = execution.status
  sent.inputData = execution.inputData
  sent.errorMessage = execution.errorMessage
  sent.durationSeconds = execution.durationSeconds
  return ExecutionSave(
    execution: execution, sent: sent, reach: reach ?? .user(execution.userID))
}

extension PostgresHistoryStore {
  /// Saves all of them, many at once.
  func saveAll(_ executions: [WorkflowExecution]) async throws {
    var failure: (any Error)?
    var rest = executions[...]
    while !rest.isEmpty {
      let tasks = rest.prefix(500).map { execution in
        eventLoop.start {
          do { _ = try await self.save(PostgresHistoryStoreTests.save(execution)) } catch {
            failure = error
          }
        }
      }
      for task in tasks { await task.wait() }
      if let failure { throw failure }
      rest = rest.dropFirst(500)
    }
  }

  /// Deletes an execution, whosever it is and at whatever version.
  func delete(_ id: ExecutionID) async throws {
    try await delete(ExecutionDeletion(id: id, expectedVersion: nil), reach: .anyone)
  }

  /// Folds all changes into rollups.
  func fold(bite: Int = 1000) async throws {
    let folder = RollupFolder(try await options(), bite: bite, on: eventLoop)
    defer { folder.close() }
    try await folder.foldAll()
  }

  /// How to connect to the store's database.
  func options() async throws -> PostgresOptions {
    let database: String = try await run("SELECT current_database()::text")[0].value(0)
    let cluster = try await PostgresCluster.shared.value
    return PostgresOptions(conninfo: cluster.conninfo(database: database))
  }

  /// Runs a statement on a connection for reading.
  func run(_ sql: String) async throws -> QueryResult {
    try await analysts.query(Statement("", sql))
  }
}

/// The code of the ``HistoryError`` that `body` throws; nil where it throws none.
func code(_ body: () async throws -> some Any) async throws -> HistoryError.Code? {
  do {
    _ = try await body()
    return nil
  } catch let error as HistoryError {
    return error.code
  }
}

/// A fixed sequence of numbers that look random (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
