import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

extension PostgresHistoryStore.Limits {
  /// For tests that hold locks: however slow the machine is, what waits for them does not give up.
  static let patient: Self = {
    var limits = Self()
    limits.lockWait = .seconds(60)
    return limits
  }()

  /// One writer, so that what waits together goes together.
  static let oneWriter: Self = {
    var limits = patient
    limits.writers = 1
    return limits
  }()

  /// One writer that waits for locks no longer than it does in a server.
  static let oneImpatientWriter: Self = {
    var limits = Self()
    limits.writers = 1
    return limits
  }()
}

extension PostgresHistoryStore {
  /// Runs `body` while the only writer waits for a lock with a save, and lets it go: what `body`
  /// begins is the next batch.
  func piledUp<T>(_ body: () async throws -> T) async throws -> T {
    try await TableLock.while(on: self, "SHARE") { lock in
      let first = beginSave(PostgresHistoryStoreTests.execution())
      try await lock.untilWaitedFor()
      let value = try await body()
      while writes.count < 2 { await eventLoop.sleep(for: .milliseconds(1)) }
      #expect(!first.isOver)
      return value
    }
  }

  /// How many transactions have written executions.
  func transactions() async throws -> Int64 {
    try await run(
      "SELECT count(DISTINCT transaction_id) FROM workflow_execution_changes")[0].value(0)
  }
}

/// Fields whose metadata tells one from another.
func note(_ number: Int) -> ExecutionFields {
  var fields = ExecutionFields()
  fields.executionMetadata = JSONDocument(#"{"n": \#(number)}"#)
  return fields
}
