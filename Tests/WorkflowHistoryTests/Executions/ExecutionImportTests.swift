import Testing

@testable import WorkflowHistory

@Suite("An import")
struct ExecutionImportTests {
  private func archived(
    at instant: Timestamp = now, _ change: (inout ArchivedExecution) throws -> Void = { _ in }
  ) throws -> ArchivedExecution {
    var generator = SeededGenerator(state: 5)
    let fields = savedFields {
      $0.id = .make(at: instant, using: &generator)
      $0.userID = "bob"
      $0.status = .failed
    }
    var archived = ArchivedExecution(fields: fields)
    try change(&archived)
    return archived
  }

  private func refused(
    at instant: Timestamp = now, retention: RetentionPolicy = .keepsAll,
    _ change: (inout ArchivedExecution) throws -> Void = { _ in }
  ) throws -> [String] {
    do throws(HistoryError) {
      let archived: ArchivedExecution
      do { archived = try self.archived(at: instant, change) } catch { return ["\(error)"] }
      _ = try ExecutionSave(importing: archived, retention: retention, now: now)
      return []
    } catch {
      return error.violations.map(\.field)
    }
  }

  @Test("makes nothing up but what a row can't be without")
  func bare() throws {
    let archived = try archived()
    let save = try ExecutionSave(importing: archived, now: now)
    let execution = save.execution
    #expect((execution.startTime, execution.endTime) == (nil, nil))
    #expect(execution.durationSeconds == nil && execution.errorMessage == nil)
    #expect(try execution.taskResults == json("[]"))
    #expect(try execution.executionMetadata == json("{}"))
    #expect(execution.version == 1)
    #expect(execution.createdAt == execution.id.createdAt)
    #expect(execution.updatedAt == execution.createdAt)
    #expect(save.digest == nil && save.reach == .anyone)
  }

  @Test("keeps the version, the times and the digest of what was exported")
  func whole() throws {
    let save = try ExecutionSave(
      importing: try archived {
        $0.version = 7
        $0.updatedAt = now.plus(-5)
        $0.saveDigest = Array(repeating: 9, count: 32)
        $0.fields.startTime = now.plus(-90)
        $0.fields.endTime = now.plus(-30)
      }, now: now)
    #expect(save.execution.version == 7)
    #expect(save.execution.updatedAt == now.plus(-5))
    // Not 60 seconds: the duration was not known.
    #expect(save.execution.durationSeconds == nil)
    #expect(save.digest == Array(repeating: 9, count: 32))
    let ended = try ExecutionSave(
      importing: try archived { $0.fields.endTime = now.plus(-30) }, now: now)
    #expect(ended.execution.updatedAt == now.plus(-30))
  }

  @Test("takes an id of any age, and refuses one that is no UUIDv7, or of the future")
  func ids() throws {
    #expect(try refused(at: Timestamp(microseconds: 0)) == [])
    #expect(try refused(at: now.plus(-50 * 365 * 86_400)) == [])
    #expect(try refused(at: now.plus(299)) == [])
    #expect(try refused(at: now.plus(301)) == ["execution.id"])
    let version4 = ExecutionID(high: 4 << 12, low: 1 << 63)
    #expect(try refused { $0.fields.id = version4 } == ["execution.id"])
    #expect(try refused { $0.fields.id = nil } == ["execution.id"])
  }

  @Test("refuses what retention would take away, by type and status")
  func retention() throws {
    let policy = try RetentionPolicy([
      .init(workflowType: "etl", statuses: [.failed], seconds: 86_400),
      .init(statuses: [.failed], seconds: nil), .init(seconds: 7 * 86_400),
    ])
    let old = now.plus(-2 * 86_400)
    #expect(try refused(at: old, retention: policy) == ["execution.id"])
    #expect(try refused(at: now.plus(-3600), retention: policy) == [])
    #expect(try refused(at: old, retention: policy) { $0.fields.status = .completed } == [])
    let older = now.plus(-8 * 86_400)
    #expect(
      try refused(at: older, retention: policy) { $0.fields.status = .completed }
        == ["execution.id"])
    #expect(try refused(at: older, retention: policy) { $0.fields.workflowType = "report" } == [])
  }

  @Test("names every field that is missing or breaks a rule")
  func violations() throws {
    let found = try refused {
      $0 = ArchivedExecution(
        fields: ExecutionFields(), version: -1,
        updatedAt: Timestamp(microseconds: .max), saveDigest: [1])
    }
    #expect(
      Set(found) == [
        "execution.id", "execution.user_id", "execution.workflow_id", "execution.workflow_type",
        "execution.status", "execution.version", "execution.updated_at", "save_digest",
      ])
    let ends = try refused {
      $0.fields.startTime = now
      $0.fields.endTime = now.plus(-1)
    }
    #expect(ends == ["execution.end_time"])
  }

  @Test("of an execution as it is stored is the same execution")
  func stored() throws {
    let row = try ExecutionSave(
      importing: try archived {
        $0.version = 3
        $0.updatedAt = now
        $0.fields.inputData = try json("{\"a\": 1}")
        $0.fields.errorMessage = "no"
        $0.fields.durationSeconds = 0.1
      }, now: now
    ).execution
    let again = try ExecutionSave(
      importing: ArchivedExecution(row, saveDigest: Array(repeating: 1, count: 32)), now: now)
    #expect(again.execution == row)
  }
}
