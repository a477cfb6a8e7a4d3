internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Reads the executions of an export part by part, in one snapshot, each while the one before is taken.
final class ExportScan {
  private let query: ExportQuery
  private let sealing: PayloadSealing?
  private let transaction: Transaction
  private let eventLoop: EventLoop
  private var next = ExecutionID(high: 0, low: 0)
  private var candidates = ExportScan.fewestCandidates
  /// Whether the last part has been read.
  private var isComplete = false
  /// The part that is being read, and what became of it.
  private var reading: LoopTask?
  private var read: Result<[ArchivedExecution], any Error>?

  /// How many bytes a part has, rendered, unless it is a single execution.
  private static let partBytes: Int64 = 1 << 20
  /// How many rows a part is chosen from.
  private static let fewestCandidates: Int64 = 16
  private static let mostCandidates: Int64 = 2_000
  /// How many bytes the documents of rows before a candidate may have as they are stored: those of all
  /// candidates are rendered, however few of them fit.
  private static let storedBytes = 2 << 20

  init(
    _ query: ExportQuery, sealing: PayloadSealing?, in transaction: Transaction,
    on eventLoop: EventLoop
  ) {
    self.query = query
    self.sealing = sealing
    self.transaction = transaction
    self.eventLoop = eventLoop
  }

  /// How many executions there are.
  func total() async throws -> Int64 {
    let filter = HistoryFilter(query, from: next)
    let count = filter.statement(
      "export_total", "SELECT count(*) FROM workflow_executions WHERE \(filter.condition)")
    return try await transaction.query(count, filter.parameters)[0].value(0)
  }

  /// The next part, and begins to read the one after it. The last may be empty; nil after it.
  func next() async throws -> [ArchivedExecution]? {
    if reading == nil { begin() }
    if let reading {
      await eventLoop.withCancellation(cancelled: { reading.cancel() }) { await reading.wait() }
    }
    guard let part = try read?.get() else { return nil }
    begin()
    return part
  }

  /// Reads no further, and returns when nothing is read any more.
  func end() async {
    reading?.cancel()
    await reading?.wait()
  }

  private func begin() {
    read = nil
    guard !isComplete else { return }
    reading = eventLoop.start {
      do { self.read = .success(try await self.part()) } catch { self.read = .failure(error) }
    }
  }

  private func part() async throws -> [ArchivedExecution] {
    var filter = HistoryFilter(query, from: next)
    let limit = filter.append(.int8(candidates), .int8)
    let budget = filter.append(.int8(Self.partBytes), .int8)
    let sql = Self.sql(filter, limit: limit, budget: budget)
    let rows = try await transaction.query(filter.statement("export", sql), filter.parameters)
    var executions: [ArchivedExecution] = []
    executions.reserveCapacity(rows.count)
    for index in 0..<rows.count { executions.append(try archived(rows[index])) }
    try takeNote(of: rows, executions.last?.fields.id)
    return executions
  }

  private static func sql(_ filter: HistoryFilter, limit: String, budget: String) -> String {
    let columns = ExecutionColumns.all + ["save_digest"]
    let stored = ExecutionColumns.documents
      .map { "coalesce(pg_column_size(\($0)), 0)" }.joined(separator: " + ")
    let candidates = """
      SELECT * FROM (
        SELECT *, count(*) OVER () AS found,
          sum(\(stored)) OVER (ORDER BY id) - (\(stored)) AS stored_before
        FROM (\(filter.oldest(columns, limit: limit))) AS limited
      ) AS oldest WHERE stored_before < \(storedBytes)
      """
    return BudgetedRows.select(
      columns + ["found"], reading: ["save_digest", "found"], from: candidates, by: "id",
      budget: budget)
  }

  private func archived(_ row: Row) throws -> ArchivedExecution {
    let execution = try WorkflowExecution(row, from: 2, sealing: sealing)
    let keyID: String? = try row.value(2 + ExecutionColumns.sealedWith)
    let digest = try sealing.digest(
      try row.value(2 + ExecutionColumns.all.count), of: execution.id, sealedWith: keyID, under: nil
    )
    return ArchivedExecution(execution, saveDigest: digest)
  }

  /// Takes note of where the next part begins, and of how many rows are likely to fill it.
  private func takeNote(of rows: QueryResult, _ last: ExecutionID?) throws {
    guard let last, rows.count > 0 else {
      isComplete = true
      return
    }
    let found: Int64 = try rows[0].value(2 + ExecutionColumns.all.count + 1)
    isComplete = found < candidates && rows.count == found
    next = last.successor
    let bytes: Int64 = try rows[rows.count - 1].value(0)
    let likely = Self.partBytes / max(bytes / Int64(rows.count), 1) + 1
    candidates = min(max(likely, Self.fewestCandidates), Self.mostCandidates)
  }
}
