import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Watches") struct WatchTests {
  /// The next changes, which are so many at least, and the token after them.
  private func take(
    _ count: Int, of watch: any HistoryWatch
  ) async throws -> (events: [ExecutionEvent], token: String) {
    var events: [ExecutionEvent] = []
    var token = ""
    while events.count < count {
      let told = try await watch.next()
      events += told.events
      token = told.resumeToken
    }
    return (events, token)
  }

  @Test("go on from the middle of a transaction")
  func middleOfTransaction() async throws {
    try await withStore { store in
      let query = WatchQuery(ExecutionFilter(userID: "alice"))
      let first = try await store.watch(query)
      defer { first.cancel() }
      var whole = query
      whole.resumeToken = try await first.next().resumeToken
      try await store.saveAll((0..<100).map { _ in execution() })
      _ = try await store.run(
        """
        UPDATE workflow_execution_changes
        SET transaction_id = (SELECT min(transaction_id) FROM workflow_execution_changes)
        """)
      let all = try await store.watch(whole)
      defer { all.cancel() }
      let events = try await take(100, of: all).events
      #expect(events.count == 100)
      for index in [0, 31, 32, 98] {
        var rest = query
        rest.resumeToken = events[index].resumeToken
        let watch = try await store.watch(rest)
        defer { watch.cancel() }
        let left = try await take(99 - index, of: watch).events
        #expect(left.map(\.executionID) == events[(index + 1)...].map(\.executionID))
      }
    }
  }

  @Test("tell more changes than wait for a caller, all of them and each once")
  func overfull() async throws {
    try await withStore { store in
      let watch = try await store.watch(WatchQuery(ExecutionFilter(userID: nil)))
      defer { watch.cancel() }
      #expect(try await watch.next().events.isEmpty)
      let rows = (0..<3000).map { _ in execution() }
      try await store.saveAll(rows)
      let events = try await take(3000, of: watch).events
      #expect(events.map(\.executionID).sorted() == rows.map(\.id).sorted())
    }
  }

  @Test("say in a token no more than what a crash leaves")
  func tokenIsDurable() async throws {
    try await withStore { store in
      try await store.saveAll([execution()])
      let before = try await WatchedSlice.end(in: store.readers.primary)
      // Transactions that change no execution, whose numbers a crash may give out again.
      for _ in 0..<5 { _ = try await store.run("SELECT pg_current_xact_id()") }
      let slice = try await WatchedSlice.read(from: before, in: store.readers.primary)
      #expect(slice.changes.isEmpty)
      #expect(slice.mark == before)
      #expect(slice.next > before)
      #expect(try await WatchedSlice.end(in: store.readers.primary) == before)
    }
  }

  @Test("tell a change whose execution no key opens without it")
  func unopened() async throws {
    try await withSealedStore { store in
      let plain = try await store.another(nil)
      defer { plain.close() }
      let watch = try await plain.watch(WatchQuery(ExecutionFilter(userID: "alice")))
      defer { watch.cancel() }
      try await store.saveAll([execution(status: .failed, error: "no disk")])
      let event = try #require(try await take(1, of: watch).events.first)
      #expect(event.kind == .created)
      #expect(event.execution == nil)
    }
  }
}
