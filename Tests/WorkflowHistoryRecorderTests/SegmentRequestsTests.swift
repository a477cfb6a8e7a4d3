import ProtobufMessages
import Testing
import WorkflowHistory
import WorkflowHistoryMessages

@testable import WorkflowHistoryRecorder

@Suite("What a segment asks for")
struct SegmentRequestsTests {
  private let arena = Arena()

  private func beginning(_ number: UInt64) throws -> Beginning {
    var fields = ExecutionFields()
    fields.workflowID = "wf-\(number)"
    fields.workflowType = "etl"
    fields.status = .running
    fields.startTime = Timestamp(microseconds: 1_000_000)
    fields.inputData = try JSONDocument(checking: Array("[\(number)]".utf8))
    return Beginning(
      ExecutionID(high: 0x0190_0000_0000_7000, low: 0b10 << 62 | number), fields)
  }

  private func ending(of beginning: Beginning) throws -> Ending {
    var fields = ExecutionFields()
    fields.status = .failed
    fields.endTime = Timestamp(microseconds: 3_000_000)
    fields.durationSeconds = 2
    fields.errorMessage = String(repeating: "e", count: 5_000)
    fields.taskResults = try JSONDocument(checking: Array("[{}]".utf8))
    return Ending(beginning.id, fields)
  }

  private func requests(_ records: SpoolRecord...) -> SegmentRequests { SegmentRequests(records) }

  @Test("is one save of a run whose beginning and end it has")
  func both() throws {
    let (first, second) = (try beginning(1), try beginning(2))
    let asked = requests(
      SpoolRecord(first, arena), SpoolRecord(second, arena),
      SpoolRecord(try ending(of: first), arena))
    #expect(asked.beginnings.map(\.id) == [first.id, second.id])
    #expect(asked.endings == [])
    let both = asked.beginnings[0].execution
    #expect(both.status == .failed)
    #expect(both.inputData == first.execution.inputData)
    #expect(both.startTime == first.execution.startTime)
    #expect(both.durationSeconds == 2)
    #expect(both.errorMessage?.count == 5_000)
    #expect(asked.beginnings[1] == second)
    #expect(asked.beginnings.map(\.isRunning) == [false, true])
  }

  @Test("is an update of the fields that the end has, where the beginning went before")
  func end() throws {
    let ending = try ending(of: try beginning(1))
    let asked = requests(SpoolRecord(ending, arena))
    #expect(asked.endings == [ending])
    let request = ending.request(expecting: 7)
    #expect(request.expectedVersion == 7)
    #expect(
      Set(request.updateMask)
        == ["status", "end_time", "duration_seconds", "task_results", "error_message"])
  }

  @Test("has no documents and a short error where there is no room for more")
  func bare() throws {
    let beginning = try beginning(1)
    #expect(beginning.bare.execution.inputData == nil)
    #expect(beginning.bare.execution.workflowID == "wf-1")
    let ending = try ending(of: beginning)
    #expect(ending.bare.execution.taskResults == nil)
    #expect(ending.bare.execution.errorMessage?.utf8.count == ExecutionFields.shortErrorBytes)
    #expect(SpoolRecord(ending.bare, arena).framed.count < Recording.endBytes)
    #expect(ending.bare.bare == ending.bare)
  }

  @Test("says which records make no sense, and goes on behind them")
  func unreadable() throws {
    let good = try beginning(1)
    let asked = requests(
      SpoolRecord(kind: .save, content: [0xFF]), SpoolRecord(kind: .update, content: []),
      SpoolRecord(good, arena))
    #expect(asked.unreadable.map(\.record.content) == [[0xFF], []])
    #expect(asked.beginnings == [good])
  }
}
