public import Postgres
public import Reactor
public import WorkflowHistory

/// Takes away what a retention policy does not keep any longer, month by month, while servers go on.
///
/// A month of which nothing is kept loses its partition; of others the executions that are due are
/// deleted in small batches. Rollups, and so statistics and metrics, go on counting all of them.
public struct RetentionRun {
  /// What became of executions of a month.
  public struct Outcome: Equatable, Sendable {
    /// What was done.
    public enum Action: Equatable, Sendable {
      /// The partition was dropped, with all in it.
      case dropped
      /// They were deleted, and others stay.
      case deleted
      /// Nothing yet: the partition is due, but long statements kept it in use.
      case isInUse
    }

    /// The month in which they were created: `2026-03`.
    public var month: String
    /// What was done.
    public var action: Action
    /// How many they were.
    public var executions: Int64
  }

  private let due: DueCondition
  private let connection: PostgresConnection
  private let report: (Outcome) -> Void
  private let progress: (String, Int64) -> Void

  /// Goes once through the executions of a database.
  ///
  /// - Parameters:
  ///   - now: the time of day. Where the database's clock is behind it, that one counts: one that
  ///     jumps ahead takes nothing away.
  ///   - isPreview: whether to tell only what would be done.
  ///   - report: called when something was done about a month.
  ///   - progress: called after each batch, with the month, and how many of its executions are
  ///     deleted.
  /// - Throws: `PostgresError`. What was taken away by then stays so.
  public static func run(
    _ policy: RetentionPolicy, _ database: PostgresOptions, now: Timestamp, isPreview: Bool = false,
    on eventLoop: EventLoop,
    progress: @escaping (_ month: String, _ deleted: Int64) -> Void = { _, _ in },
    report: @escaping (Outcome) -> Void
  ) async throws {
    let connection = try await PostgresConnection.connect(
      to: .maintaining(database), pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    let clock = Timestamp(try await connection.query(clock)[0].value(0))
    guard let due = DueCondition(policy, at: min(now, clock)) else { return }
    let run = RetentionRun(due: due, connection: connection, report: report, progress: progress)
    for month in try await run.months() {
      try await isPreview ? run.preview(month) : run.clear(month)
    }
  }

  private static let clock = Statement("retention_clock", "SELECT now()")

  /// The months that have a partition and began before anything is kept for certain, oldest first.
  private func months() async throws -> [Month] {
    let found = try await connection.query(Self.partitions)
    return try (0..<found.count).map { index in
      let (year, month): (Int32, Int32) = (
        try found[index].value(0), try found[index].value(1)
      )
      return Month(year: Int(year), month: Int(month))
    }.filter { $0.bounds[0] < due.end }
  }

  private static let partitions = Statement(
    "retention_partitions",
    """
    SELECT substr(relname, 21, 4)::integer, substr(relname, 26, 2)::integer
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'workflow_executions'::regclass
      AND relname ~ '^workflow_executions_\\d{4}_\\d\\d$'
    ORDER BY relname
    """)

  private func preview(_ month: Month) async throws {
    let (statement, parameters) = due.statement(month.bounds.map { ($0.parameter, .uuid) }) {
      """
      SELECT count(*) FILTER (WHERE \($0)), count(*) FROM workflow_executions
      WHERE id >= $1 AND id < $2
      """
    }
    let row = try await connection.query(statement, parameters)[0]
    let (count, all): (Int64, Int64) = (try row.value(0), try row.value(1))
    let isWhole = count == all && month.bounds[1] <= due.end
    guard isWhole || count > 0 else { return }
    report(Outcome(month: month.text, action: isWhole ? .dropped : .deleted, executions: count))
  }

  private func clear(_ month: Month) async throws {
    if month.bounds[1] <= due.end {
      switch try await PartitionDrop(month: month, due: due, connection: connection).run() {
      case .dropped(let count):
        report(Outcome(month: month.text, action: .dropped, executions: count))
        return
      case .isInUse:
        report(Outcome(month: month.text, action: .isInUse, executions: 0))
        return
      case .isKept: break
      }
    }
    let count = try await deleteBatches(of: month)
    if count > 0 { report(Outcome(month: month.text, action: .deleted, executions: count)) }
  }

  // MARK: Batches

  /// Deletes what is due of a month, and counts it.
  private func deleteBatches(of month: Month) async throws -> Int64 {
    let end = min(due.end, month.bounds[1])
    var next: ExecutionID? = month.bounds[0]
    var count: Int64 = 0
    var size = BatchSize()
    while let start = next, start < end {
      let began = connection.eventLoop.now
      let batch = try await connection.transaction { (transaction) async throws in
        try await RetentionBatch.delete(
          due, in: start..<end, limit: size.rows, in: transaction)
      }
      next = batch.next
      guard batch.count > 0 else { continue }
      count += batch.count
      progress(month.text, count)
      let took = connection.eventLoop.now - began
      size.adapt(to: took)
      // It takes half of the time at most, so that others have the disk too.
      if next != nil { await connection.eventLoop.sleep(for: took) }
    }
    return count
  }
}

extension Month {
  /// The lower bounds of the ids of its executions, and of the next month's.
  var bounds: [ExecutionID] { [self, self + 1].map { .first(atOrAfter: $0.start) } }

  /// As in ISO 8601: `2026-03`.
  var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}
