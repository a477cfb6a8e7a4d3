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
  /// How many rows a part is chosen from: their documents are all rendered, however few of them fit.
  private static let fewestCandidates: Int64 = 16
  private static let mostCandidates: Int64 = 2_000

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
    await reading?.wait()
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
    let digest = "save_digest"
    let sql = BudgetedRows.select(
      ExecutionColumns.all + [digest], reading: [digest],
      from: filter.oldest(ExecutionColumns.all + [digest], limit: limit), by: "id",
      budget: budget)
    let rows = try await transaction.query(filter.statement("export", sql), filter.parameters)
    var executions: [ArchivedExecution] = []
    executions.reserveCapacity(rows.count)
    for index in 0..<rows.count { executions.append(try archived(rows[index])) }
    try takeNote(of: rows, executions.last?.fields.id)
    return executions
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
    let found: Int64 = try rows[0].value(1)
    isComplete = found < candidates && rows.count == found
    next = last.successor
    let bytes: Int64 = try rows[rows.count - 1].value(0)
    let likely = Self.partBytes / max(bytes / Int64(rows.count), 1) + 1
    candidates = min(max(likely, Self.fewestCandidates), Self.mostCandidates)
  }
}
