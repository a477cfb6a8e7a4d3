import Crypto
import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Pages") struct HistoryTests {
  /// Executions of two users over three months, many of them within one millisecond.
  private func rows(_ count: Int) -> [WorkflowExecution] {
    var generator = SeededGenerator(state: 42)
    return (0..<count).map { _ in
      let age = Int64.random(in: 0..<60 * 86_400, using: &generator) / 1000 * 1000
      return execution(
        at: Timestamp(microseconds: testNow.microseconds - age * 1_000_000),
        user: Bool.random(using: &generator) ? "alice" : "bob",
        workflow: "wf-\(Int.random(in: 0..<3, using: &generator))",
        type: ["etl", "train"].randomElement(using: &generator)!,
        status: WorkflowStatus.allCases.randomElement(using: &generator)!,
        input: JSONDocument("[1, 2]"))
    }
  }

  private func meets(_ query: HistoryQuery, _ row: WorkflowExecution) -> Bool {
    row.userID == query.userID
      && query.workflowID.map { row.workflowID == $0 } ?? true
      && query.workflowType.map { row.workflowType == $0 } ?? true
      && (query.statuses.isEmpty || query.statuses.contains(row.status))
      && query.createdAfter.map { row.createdAt >= $0 } ?? true
      && query.createdBefore.map { row.createdAt < $0 } ?? true
  }

  private func randomQuery(_ rows: [WorkflowExecution], _ generator: inout SeededGenerator)
    -> HistoryQuery
  {
    func maybe<T>(_ value: T) -> T? { Bool.random(using: &generator) ? value : nil }
    func instant() -> Timestamp {
      // At a row's own instant, and a microsecond to each side of it.
      Timestamp(
        microseconds: rows.randomElement(using: &generator)!.createdAt.microseconds
          + Int64.random(in: -1...1, using: &generator))
    }
    return HistoryQuery(
      userID: "alice", workflowID: maybe("wf-1"), workflowType: maybe("etl"),
      statuses: Set(WorkflowStatus.allCases.filter { _ in Bool.random(using: &generator) }),
      createdAfter: maybe(instant()), createdBefore: maybe(instant()),
      pageSize: Int.random(in: 1...100, using: &generator),
      includesDocuments: Bool.random(using: &generator), includesTotal: true)
  }

  @Test("a walk by page tokens sees each execution that meets the filters once, newest first")
  func walk() async throws {
    let rows = rows(1000)
    try await withStore { store in
      try await store.saveAll(rows)
      var generator = SeededGenerator(state: 7)
      for _ in 0..<60 {
        var query = randomQuery(rows, &generator)
        let expected = rows.filter { meets(query, $0) }.sorted { $0.id > $1.id }
        var seen: [WorkflowExecution] = []
        var isLast = false
        while !isLast {
          let page = try await store.history(query)
          #expect(page.executions.count <= query.pageSize)
          #expect(page.total == Int64(expected.count))
          seen += page.executions
          query.pageToken = page.nextPageToken
          isLast = page.nextPageToken == nil
        }
        #expect(seen.map(\.id) == expected.map(\.id))
        if query.includesDocuments {
          #expect(seen == expected)
        } else {
          #expect(seen.allSatisfy { $0.inputData == nil && $0.taskResults == nil })
        }
      }
    }
  }

  @Test("an offset passes over as many, and past the end the total is still right")
  func offsets() async throws {
    let rows = rows(300)
    try await withStore { store in
      try await store.saveAll(rows)
      let mine = rows.filter { $0.userID == "alice" }.sorted { $0.id > $1.id }
      for offset in [0, 1, 50, mine.count - 1, mine.count, mine.count + 1, 1_000_000] {
        let page = try await store.history(
          HistoryQuery(userID: "alice", pageSize: 10, offset: offset, includesTotal: true))
        #expect(page.executions.map(\.id) == mine.dropFirst(offset).prefix(10).map(\.id))
        #expect(page.total == Int64(mine.count))
        #expect((page.nextPageToken != nil) == (offset + 10 < mine.count))
      }
    }
  }

  @Test("a page token of another user, filter or database is an invalid argument")
  func tokens() async throws {
    try await withStore { store in
      try await store.saveAll((0..<3).map { _ in execution() })
      let query = HistoryQuery(userID: "alice", pageSize: 1)
      let token = try #require(try await store.history(query).nextPageToken)
      let changes: [(inout HistoryQuery) -> Void] = [
        { $0.userID = "bob" }, { $0.statuses = [.completed] }, { $0.pageToken = "forged" },
      ]
      for change in changes {
        var other = query
        other.pageToken = token
        change(&other)
        let error = await failure(HistoryError.self) { try await store.history(other) }
        #expect(error?.violations.map(\.field) == ["page_token"])
      }
    }
    let other = HistoryQuery(
      userID: "alice",
      pageToken: PageToken(last: ExecutionID(high: 1, low: 1)).encoded(
        for: HistoryQuery(userID: "alice"), key: .init(size: .bits256)))
    try await withStore { store in
      let refused = try await code { try await store.history(other) }
      #expect(refused == .invalidArgument)
    }
  }

  @Test("a page with documents ends at 3 MiB, and the walk still sees all of them")
  func largePages() async throws {
    let sizes = [100, 2_000_000, 1_200_000, 4_000_000, 10, 10, 3_000_000, 200_000, 4_000_000]
    try await withStore { store in
      let pages = try await store.pages(ofDocuments: sizes)
      #expect(
        pages == [
          [100, 2_000_000], [1_200_000], [4_000_000], [10, 10, 3_000_000], [200_000], [4_000_000],
        ])
    }
  }

  @Test("an execution without documents does not fail a page")
  func noDocuments() async throws {
    try await withStore { store in
      var row = execution(type: "bare")
      row.taskResults = nil
      row.executionMetadata = nil
      try await store.saveAll([row])
      let page = try await store.history(HistoryQuery(userID: "alice", includesDocuments: true))
      #expect(page.executions == [row])
      #expect(page.total == nil)
    }
  }
}

extension PostgresHistoryStore {
  /// Saves executions with documents of so many characters, the newest first, and returns what is on
  /// each page of them.
  func pages(ofDocuments sizes: [Int]) async throws -> [[Int]] {
    let rows = sizes.enumerated().map { index, size in
      PostgresHistoryStoreTests.execution(
        at: Timestamp(microseconds: testNow.microseconds - Int64(index) * 1000),
        input: JSONDocument("\"" + String(repeating: "x", count: size) + "\""))
    }
    try await saveAll(rows)
    var query = HistoryQuery(userID: "alice", pageSize: 100, includesDocuments: true)
    var pages: [[Int]] = []
    repeat {
      let page = try await history(query)
      pages.append(page.executions.map { $0.inputData!.utf8.count - 2 })
      query.pageToken = page.nextPageToken
    } while query.pageToken != nil
    return pages
  }
}
