internal import Crypto
internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// A page with documents ends before its rendered size passes this: 3 MiB.
  static let pageBytes = 3 << 20

  /// As ``HistoryStore`` asks.
  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await answering {
      let end = try await pageEnd(query)
      var page = HistoryPage(executions: [], nextPageToken: nil, total: nil)
      if let end {
        let (executions, hasMore) =
          query.includesDocuments
          ? try await fullPage(query, before: end.bound)
          : try await basicPage(query, before: end.bound)
        page.executions = executions
        if hasMore, let last = executions.last {
          page.nextPageToken = PageToken(last: last.id)
            .encoded(for: query, key: try await tokenKey())
        }
      }
      if query.includesTotal { page.total = try await total(query) }
      return page
    }
  }

  // MARK: Where a page begins

  /// Pages hold what is before a bound, or, without one, begin with the newest.
  private struct PageEnd { var bound: ExecutionID? }

  /// Where the query's page begins; nil where its offset is past the end.
  private func pageEnd(_ query: HistoryQuery) async throws -> PageEnd? {
    if let text = query.pageToken {
      guard let token = PageToken(text, for: query, key: try await tokenKey()) else {
        throw HistoryError.foreignPageToken
      }
      return PageEnd(bound: token.last)
    }
    guard query.offset > 0 else { return PageEnd(bound: nil) }
    // Only the index is read for what is passed over.
    var filter = HistoryFilter(query)
    let offset = filter.append(.int8(Int64(query.offset)), .int8)
    let found = try await analysts.query(
      filter.statement(
        "offset",
        "SELECT id FROM (\(filter.newest(["id"], limit: "\(offset) + 1"))) AS passed"
          + " ORDER BY id DESC OFFSET \(offset)"), filter.parameters)
    guard let row = found.first else { return nil }
    return PageEnd(bound: ExecutionID(uuid: try row.value(0)).successor)
  }

  func tokenKey() async throws -> SymmetricKey {
    if let pageTokenKey { return pageTokenKey }
    // A new replica may not have it yet.
    let found = try await readers.ofPrimary.query(Self.setting, [.text("page_token_key")])
    guard let row = found.first else {
      throw HistoryError(.internal, "the database has no key for page tokens")
    }
    let key = SymmetricKey(data: try row.value(0, as: [UInt8].self))
    pageTokenKey = key
    return key
  }

  private static let setting = Statement(
    "setting", "SELECT value FROM history_settings WHERE name = $1", [.text])

  // MARK: Pages

  /// A page without documents, and whether there is more.
  private func basicPage(_ query: HistoryQuery, before end: ExecutionID?) async throws
    -> ([WorkflowExecution], Bool)
  {
    var filter = HistoryFilter(query, before: end)
    let limit = filter.append(.int8(Int64(query.pageSize + 1)), .int8)
    let columns =
      ExecutionColumns.plain + [Heartbeats.isAbandoned(in: "workflow_executions") + " AS abandoned"]
    let result = try await readers.query(
      filter.statement("page", filter.newest(columns, limit: limit)), filter.parameters)
    let executions = try (0..<min(result.count, query.pageSize)).map {
      try WorkflowExecution(
        result[$0], hasDocuments: false, hasHeartbeat: true, sealing: sealing)
    }
    return (executions, result.count > query.pageSize)
  }

  /// A page with documents, and whether there is more. It is read in parts, so that neither side
  /// ever holds much more than the page may.
  private func fullPage(_ query: HistoryQuery, before end: ExecutionID?) async throws
    -> ([WorkflowExecution], Bool)
  {
    var page = FullPage(size: query.pageSize, bytes: Self.pageBytes, sealing: sealing)
    var end = end
    while !page.isComplete {
      let candidates = page.nextCandidates
      var filter = HistoryFilter(query, before: end)
      let limit = filter.append(.int8(Int64(candidates)), .int8)
      let budget = filter.append(.int8(Int64(page.bytesLeft)), .int8)
      let result = try await readers.query(
        filter.statement("full", Self.fullSQL(filter, limit, budget)), filter.parameters)
      try page.take(result, of: candidates)
      end = page.executions.last?.id
    }
    return (page.executions, page.hasMore)
  }

  private static func fullSQL(_ filter: HistoryFilter, _ limit: String, _ budget: String) -> String
  {
    BudgetedRows.select(
      ExecutionColumns.all + [Heartbeats.isAbandoned(in: BudgetedRows.rows)],
      from: filter.newest(ExecutionColumns.all, limit: limit), by: "id DESC", budget: budget)
  }
}

extension HistoryError {
  static let foreignPageToken = HistoryError.invalid(
    "page_token", "it was not made for this user and these filters: begin again without one")
}
