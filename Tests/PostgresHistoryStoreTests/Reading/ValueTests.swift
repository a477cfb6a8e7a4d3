import Crypto
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Digests, page tokens and months") struct ValueTests {
  private var sent: ExecutionFields {
    var sent = ExecutionFields()
    sent.workflowID = "ab"
    sent.workflowType = "c"
    sent.userID = "alice"
    sent.status = .running
    return sent
  }

  @Test("each field that is sent changes the digest")
  func digest() {
    let changes: [(inout ExecutionFields) -> Void] = [
      { $0.workflowID = "a" }, { $0.workflowType = "bc" }, { $0.userID = "bob" },
      { $0.status = .paused }, { $0.inputData = JSONDocument("1") },
      { $0.outputData = JSONDocument("1") }, { $0.taskResults = JSONDocument("1") },
      { $0.executionMetadata = JSONDocument("1") }, { $0.errorMessage = "1" },
      { $0.startTime = Timestamp(microseconds: 1) }, { $0.endTime = Timestamp(microseconds: 1) },
      { $0.durationSeconds = 0 }, { $0.errorMessage = "" }, { $0.workflowType = nil },
      { ($0.workflowID, $0.workflowType) = ("a", "bc") },
    ]
    var digests = [SaveDigest.of(sent)]
    for change in changes {
      var changed = sent
      change(&changed)
      digests.append(SaveDigest.of(changed))
    }
    #expect(Set(digests).count == digests.count)
    #expect(SaveDigest.of(sent) == digests[0])
    #expect(digests[0].count == 32)
  }

  @Test("a save whose id the server made may be sent again with that id")
  func digestWithoutID() {
    var again = sent
    again.id = ExecutionID(high: 1, low: 2)
    #expect(SaveDigest.of(again) == SaveDigest.of(sent))
  }

  @Test("a page token is good for its user, its filters and its key only")
  func pageToken() {
    let key = SymmetricKey(size: .bits256)
    let last = ExecutionID(high: 0x0123_4567_89AB_CDEF, low: .max)
    let query = HistoryQuery(userID: "alice", workflowID: "w", statuses: [.failed, .paused])
    let text = PageToken(last: last).encoded(for: query, key: key)
    #expect(PageToken(text, for: query, key: key) == PageToken(last: last))
    var wider = query
    wider.pageSize = 100
    wider.includesDocuments = true
    wider.includesTotal = true
    #expect(PageToken(text, for: wider, key: key) != nil)

    let changes: [(inout HistoryQuery) -> Void] = [
      { $0.userID = "bob" }, { $0.workflowID = nil }, { $0.workflowType = "w" },
      { $0.statuses = [.failed] }, { $0.createdAfter = testNow }, { $0.createdBefore = testNow },
    ]
    for change in changes {
      var other = query
      change(&other)
      #expect(PageToken(text, for: other, key: key) == nil)
    }
    #expect(PageToken(text, for: query, key: SymmetricKey(size: .bits256)) == nil)
  }

  @Test("a page token of which a character was changed, added or taken is refused")
  func forgedPageToken() {
    let key = SymmetricKey(size: .bits256)
    let query = HistoryQuery(userID: "alice")
    let text = PageToken(last: ExecutionID(high: 1, low: 2)).encoded(for: query, key: key)
    for index in text.indices {
      var forged = text
      forged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
      #expect(PageToken(forged, for: query, key: key) == nil)
    }
    for forged in ["", "A", text + "A", text + "=", String(text.dropLast()), "é", text + text] {
      #expect(PageToken(forged, for: query, key: key) == nil)
    }
  }

  @Test("a month begins where the month before ends, for a thousand years")
  func months() {
    var month = Month(year: 1970, month: 1)
    #expect(month.start == Timestamp(microseconds: 0))
    #expect(Month(year: 2026, month: 3).start.microseconds == 1_772_323_200_000_000)
    for _ in 0..<12_000 {
      let next = month + 1
      #expect(Month(of: month.start) == month)
      #expect(Month(of: Timestamp(microseconds: next.start.microseconds - 1)) == month)
      let days = (next.start.microseconds - month.start.microseconds) / 86_400_000_000
      #expect((28...31).contains(days))
      month = next
    }
    #expect(
      Partition.executions(of: Month(year: 2026, month: 3))
        == Partition(
          table: "workflow_executions", name: "workflow_executions_2026_03",
          first: "019ca6b1-dc00-0000-0000-000000000000",
          end: "019d4657-0000-0000-0000-000000000000"))
  }

  @Test("the partitions of days follow each other, also from year to year")
  func days() {
    let last = Day(of: Timestamp(microseconds: Month(year: 2027, month: 1).start.microseconds - 1))
    #expect(
      Partition.changes(of: last)
        == Partition(
          table: "workflow_execution_changes", name: "workflow_execution_changes_2026_12_31",
          first: "2026-12-31 00:00:00+00", end: "2027-01-01 00:00:00+00"))
    #expect(Partition.changes(of: last + 1).name == "workflow_execution_changes_2027_01_01")
  }

  @Test("the median of sorted lists is that of their union", arguments: 0..<200 as Range<UInt64>)
  func median(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let lists = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
      (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        Double(Int.random(in: 0...8, using: &generator)) / 3
      }.sorted()
    }
    let union = lists.flatMap { $0 }.sorted()
    #expect(ScannedTrend.median(of: lists) == NearestRank.percentile(50, ofSorted: union))
  }
}
