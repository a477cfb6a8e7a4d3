import Testing
import WorkflowHistory

@Suite("A history query")
struct HistoryQueryTests {
  @Test("that says the least asks for the newest 20 of all")
  func defaults() throws {
    #expect(try query() == HistoryQuery(userID: "ada"))
    #expect(HistoryQuery(userID: "ada").pageSize == 20)
  }

  @Test("keeps every filter")
  func filters() throws {
    let query = try HistoryQuery(
      checkingUserID: "ada", workflowID: "wf-1", workflowType: "etl",
      statuses: [.failed, .paused, .failed], createdAfter: now, createdBefore: now.plus(1),
      pageSize: 100, pageToken: "t", offset: 0, includesDocuments: true, includesTotal: true)
    #expect(
      query
        == HistoryQuery(
          userID: "ada", workflowID: "wf-1", workflowType: "etl", statuses: [.failed, .paused],
          createdAfter: now, createdBefore: now.plus(1), pageSize: 100, pageToken: "t",
          includesDocuments: true, includesTotal: true))
  }

  @Test("is refused by the field whose limit it breaks")
  func limits() {
    let long = String(repeating: "a", count: 256)
    for size in [-1, 101, .min, .max] as [Int32] {
      #expect(refusedFields { try query(pageSize: size) } == ["page_size"])
    }
    for offset in [-1, 1_000_001, .min, .max] as [Int32] {
      #expect(refusedFields { try query(offset: offset) } == ["offset"])
    }
    #expect(refusedFields { try query(pageToken: "t", offset: 1) } == ["offset"])
    #expect(
      refusedFields { try query(pageToken: long + long + long + long + "a") } == ["page_token"])
    for text in [long, "a\u{0}"] {
      #expect(refusedFields { try query(user: text) } == ["user_id"])
      #expect(refusedFields { try query(workflowID: text) } == ["workflow_id"])
      #expect(refusedFields { try query(workflowType: text) } == ["workflow_type"])
    }
    #expect(refusedFields { try query(user: "") } == ["user_id"])
    #expect(refusedFields { try query(after: now, before: now) } == ["created_before"])
    #expect(refusedFields { try query(after: now, before: now.plus(-1)) } == ["created_before"])
    let (early, late) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
    #expect(
      refusedFields { try query(after: early, before: late) } == [
        "created_after", "created_before",
      ])
  }

  @Test("may reach each limit")
  func withinLimits() throws {
    let long = String(repeating: "é", count: 255)
    #expect(try query(user: long, workflowID: long, workflowType: long).workflowID == long)
    #expect(try query(pageSize: 1).pageSize == 1)
    #expect(try query(pageSize: 100).pageSize == 100)
    #expect(try query(offset: 1_000_000).offset == 1_000_000)
    #expect(try query(pageToken: "t", offset: 0).pageToken == "t")
    #expect(try query(pageToken: String(repeating: "a", count: 1024)).pageToken?.utf8.count == 1024)
    #expect(try query(after: now, before: now.plus(1e-6)).createdBefore == now.plus(1e-6))
  }

  @Test("is answered with all that is wrong with it")
  func allViolations() {
    #expect(
      refusedFields {
        try query(
          user: "", workflowID: "\u{0}", workflowType: "\u{0}", after: now, before: now,
          pageSize: -1, offset: -1)
      } == ["user_id", "workflow_id", "workflow_type", "created_before", "page_size", "offset"])
  }

  private func query(
    user: String = "ada", workflowID: String = "", workflowType: String = "",
    after: Timestamp? = nil, before: Timestamp? = nil, pageSize: Int32 = 0, pageToken: String = "",
    offset: Int32 = 0
  ) throws -> HistoryQuery {
    try HistoryQuery(
      checkingUserID: user, workflowID: workflowID, workflowType: workflowType, statuses: [],
      createdAfter: after, createdBefore: before, pageSize: pageSize, pageToken: pageToken,
      offset: offset, includesDocuments: false, includesTotal: false)
  }
}

@Suite("A window")
struct WindowQueryTests {
  @Test(
    "is the days up to now, to the instant; 0 means 30",
    arguments: [(0, 30), (1, 1), (30, 30), (365, 365)] as [(Int32, Int64)])
  func days(asked: Int32, days: Int64) throws {
    let window = try query(days: asked)
    #expect(window.end == now)
    #expect(window.start.microseconds == now.microseconds - days * 86_400_000_000)
    #expect(window.userID == "ada")
  }

  @Test("is of all types where none is named")
  func type() throws {
    #expect(try query().workflowType == nil)
    #expect(try query(type: "etl").workflowType == "etl")
  }

  @Test("is refused by the field whose limit it breaks")
  func limits() {
    for days in [-1, 366, .min, .max] as [Int32] {
      #expect(refusedFields { try query(days: days) } == ["days"])
    }
    let long = String(repeating: "a", count: 256)
    #expect(refusedFields { try query(user: "") } == ["user_id"])
    #expect(
      refusedFields { try query(user: long, type: long, days: 400) }
        == ["user_id", "workflow_type", "days"])
  }

  private func query(
    user: String = "ada", type: String = "", days: Int32 = 0
  ) throws -> WindowQuery {
    try WindowQuery(checkingUserID: user, workflowType: type, days: days, now: now)
  }
}
