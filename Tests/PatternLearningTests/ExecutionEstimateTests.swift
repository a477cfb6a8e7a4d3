import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("What to expect of an execution")
struct ExecutionEstimateTests {
  private let start = Timestamp(microseconds: 1_771_243_200_000_000)
  private let model = {
    var histogram = DurationHistogram()
    for seconds in 1...99 { histogram.add(Double(seconds)) }
    return EstimateModel(durations: histogram, failed: 1, ended: 100)
  }()

  private func execution(_ status: WorkflowStatus, start: Timestamp?) -> WorkflowExecution {
    WorkflowExecution(
      id: ExecutionID.first(atOrAfter: self.start), workflowID: "wf", workflowType: "etl",
      userID: "ada", status: status,
      inputData: JSONDocument(uncheckedUTF8: Array(#"{"region": "eu"}"#.utf8)), outputData: nil,
      taskResults: nil, errorMessage: nil, startTime: start, endTime: nil, durationSeconds: nil,
      executionMetadata: nil, version: 1, createdAt: self.start, updatedAt: self.start)
  }

  private func after(_ seconds: Double) -> Timestamp {
    Timestamp(microseconds: start.microseconds + Int64(seconds * 1e6))
  }

  @Test("is what those did that it is like, and how many of them took longer than one that runs")
  func running() {
    let query = EstimateQuery(execution(.running, start: after(-74.5)), now: start)
    let estimate = ExecutionEstimate(model, of: query)
    #expect(estimate.workflowType == "etl")
    #expect(estimate.durationSupport == 99)
    #expect(estimate.failureProbability == 1.5 / 101)
    #expect(estimate.running == .init(elapsedSeconds: 74.5, longerPercent: 2_500.0 / 99))
  }

  @Test("has no running time of an execution that does not run")
  func notRunning() {
    for status in WorkflowStatus.allCases where status != .running {
      let query = EstimateQuery(execution(status, start: start), now: after(60))
      #expect(ExecutionEstimate(model, of: query).running == nil)
    }
  }

  @Test("counts the time from when a running execution was created where its start is not known")
  func unknownStart() {
    let query = EstimateQuery(execution(.running, start: nil), now: after(60))
    #expect(ExecutionEstimate(model, of: query).running?.elapsedSeconds == 60)
  }

  @Test("takes a start that is ahead of the clock for now")
  func aheadOfClock() {
    let query = EstimateQuery(execution(.running, start: after(5)), now: start)
    let running = ExecutionEstimate(model, of: query).running
    #expect(running == .init(elapsedSeconds: 0, longerPercent: 100))
  }

  @Test("of nothing has no figures, but tells how long it has run")
  func nothing() {
    let query = EstimateQuery(execution(.running, start: start), now: after(60))
    let empty = EstimateModel(durations: DurationHistogram(), failed: 0, ended: 0)
    #expect(
      ExecutionEstimate(empty, of: query)
        == ExecutionEstimate(
          workflowType: "etl", running: .init(elapsedSeconds: 60, longerPercent: nil)))
  }

  @Test("is judged by the user, type, input and time that the row says")
  func storedQuery() {
    let query = EstimateQuery(execution(.pending, start: nil), now: after(60))
    #expect(query.userID == "ada")
    #expect(query.inputs == [InputField(path: "$.region", value: .text("eu"))])
    #expect(query.createdAt == start)
  }
}
