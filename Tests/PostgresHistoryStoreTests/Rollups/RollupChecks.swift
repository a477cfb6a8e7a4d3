import Postgres
import WorkflowHistory

@testable import PostgresHistoryStore

extension PostgresHistoryStore {
  /// Holds the rollups against the executions.
  func check(_ mode: RollupCheck.Mode) async throws -> RollupCheck.Progress {
    try await RollupCheck.run(mode, options(), on: eventLoop)
      ?? RollupCheck.Progress(day: 0, daysDone: 0, daysTotal: 0)
  }

  /// The rollups that differ: each its day, user and type.
  func differences(_ mode: RollupCheck.Mode) async throws -> [String] {
    let (differences, found) = AsyncStream.makeStream(of: RollupCheck.Difference.self)
    _ = try await RollupCheck.run(
      mode, options(), on: eventLoop,
      differs: { found.yield($0) })
    found.finish()
    var texts: [String] = []
    for await one in differences { texts.append("\(one.day) \(one.userID) \(one.workflowType)") }
    return texts
  }

  /// How many changes are past the folder's watermark.
  func unfolded() async throws -> Int64 {
    try await run(
      """
      SELECT count(*) FROM workflow_execution_changes
      WHERE transaction_id >= \(RollupFolder.watermark)
      """)[0].value(0)
  }

  /// How many rows a table has.
  func count(_ table: String) async throws -> Int64 {
    try await run("SELECT count(*) FROM \(table)")[0].value(0)
  }
}
