import Postgres
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Errors that were saved under other rules") struct FingerprintRuleChangeTests {
  @Test(
    "an error keeps the fingerprint of the rules that it was saved under, until its message is updated"
  )
  func otherRules() async throws {
    try await withStore { store in
      let old = execution(status: .failed, error: "lost 7 rows")
      _ = try await store.run(old.insertion)
      try await store.saveAll([execution(status: .failed, error: "lost 8 rows")])
      let window = WindowQuery(
        userID: "alice", workflowType: nil,
        start: Timestamp(microseconds: testNow.microseconds - 30 * 86_400_000_000),
        end: Timestamp(microseconds: testNow.microseconds + 1000))
      for check in [nil, RollupCheck.Mode.verify, .rebuild, .verify] {
        try await store.fold()
        if let check { #expect(try await store.check(check).differing == 0) }
        let patterns = try await store.performanceMetrics(window).errorPatterns
        #expect(patterns.map(\.fingerprint) == ["lost 7 rows", "lost <n> rows"])
        #expect(patterns.map(\.share) == [50, 50])
      }
      var fields = ExecutionFields()
      fields.errorMessage = "lost 9 rows"
      _ = try await store.beginUpdate(old.id, fields, [.errorMessage]).answer()
      for _ in 0..<2 {
        let patterns = try await store.performanceMetrics(window).errorPatterns
        #expect(patterns.map(\.fingerprint) == ["lost <n> rows"])
        #expect(patterns.map(\.share) == [100])
        try await store.fold()
        #expect(try await store.check(.verify).differing == 0)
      }
    }
  }
}
