import Foundation
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

@testable import WorkflowHistoryRecorder

@Suite("A recorder", .timeLimit(.minutes(2)))
struct RecorderTests {
  private struct LoadError: Error, Equatable { let rows: Int }

  @Test("saves a run as RUNNING, and then how it went")
  func completed() async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(clock: time.clock)
      let id = try await recorder.record(
        workflowType: "report", workflowID: "wf-7", input: .encoding(["rows": 10]),
        metadata: .json(#"{"host": "a"}"#)
      ) { run in
        await recorder.delivered()
        let running = try await setting.stored(run.executionID)
        #expect(running.status == .running)
        #expect(running.version == 1)
        #expect(running.startTime == time.now)
        #expect(running.inputData?.text == #"{"rows": 10}"#)
        #expect(running.executionMetadata?.text == #"{"host": "a"}"#)
        run.output = .encoding(["rows": 1])
        run.output = .encoding(["rows": 9])
        time.advance(by: .milliseconds(2_500))
        return run.executionID
      }
      await recorder.delivered()
      let done = try await setting.stored(id)
      #expect(done.status == .completed)
      #expect(done.version == 2)
      #expect(done.workflowType == "report")
      #expect(done.workflowID == "wf-7")
      #expect(done.userID == "alice")
      #expect(done.durationSeconds == 2.5)
      #expect(done.endTime?.microseconds == time.now.microseconds + 2_500_000)
      #expect(done.outputData?.text == #"{"rows": 9}"#)
      #expect(done.errorMessage == nil)
      #expect(setting.folder.segments == [])
      await recorder.close()
      #expect(setting.folder.processes == [])
      #expect(recorder.counts.recorded == 1)
      #expect(recorder.counts.delivered == 2)
    }
  }

  @Test("collects tasks with their times, statuses and errors, in the order in which they began")
  func tasks() async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(clock: time.clock)
      let id = try await recorder.run { run in
        let rows = await run.task("fetch") {
          time.advance(by: .seconds(1))
          return await run.task("parse") {
            time.advance(by: .milliseconds(500))
            return 10
          }
        }
        #expect(rows == 10)
        let failed = await #expect(throws: LoadError.self) {
          try await run.task("load") { throw LoadError(rows: rows) }
        }
        #expect(failed == LoadError(rows: 10))
      }
      await recorder.delivered()
      let stored = try await setting.stored(id)
      let results = try #require(stored.taskResults)
      let tasks = try JSONDecoder().decode([TaskLine].self, from: Data(results.utf8))
      #expect(
        tasks == [
          TaskLine(task_name: "fetch", status: "COMPLETED", duration_seconds: 1.5, error: nil),
          TaskLine(task_name: "parse", status: "COMPLETED", duration_seconds: 0.5, error: nil),
          TaskLine(
            task_name: "load", status: "FAILED", duration_seconds: 0,
            error: "LoadError: LoadError(rows: 10)"),
        ])
      #expect(stored.status == .completed)
      await recorder.close()
    }
  }

  private struct TaskLine: Decodable, Equatable {
    let task_name: String
    let status: String
    let duration_seconds: Double?
    let error: String?
  }

  @Test("tells that a run has failed, whatever it throws, and throws it on")
  func failed() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      for error in [LoadError(rows: 3), CancellationError()] as [any Error] {
        var id: ExecutionID?
        do {
          try await recorder.run { run in
            id = run.executionID
            try await run.task("load") { throw error }
          }
          Issue.record("nothing was thrown")
        } catch let thrown {
          #expect("\(thrown)" == "\(error)")
        }
        await recorder.delivered()
        let stored = try await setting.stored(#require(id))
        #expect(stored.status == .failed)
        #expect(
          stored.errorMessage
            == (error is CancellationError
              ? "CancellationError: the task was cancelled" : "LoadError: LoadError(rows: 3)"))
        #expect(stored.taskResults?.text.contains(#""status": "FAILED""#) == true)
      }
      await recorder.close()
    }
  }

  @Test("tells how a run has ended whose task was cancelled")
  func cancelled() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let task = Task {
        try await recorder.run { _ in
          // Until it is cancelled.
          while true { try await Task.sleep(for: .seconds(600)) }
        }
      }
      #expect(await becomesTrue { recorder.counts.recorded == 1 })
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      await recorder.delivered()
      let stored = try await setting.history()
      #expect(stored.map(\.status) == [.failed])
      #expect(stored[0].errorMessage == "CancellationError: the task was cancelled")
      await recorder.close()
    }
  }

  @Test("records runs while the server is away, which is told when it is back, in order and once")
  func away() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let recorder = try setting.recorder()
      var ids: [ExecutionID] = []
      for number in 0..<200 {
        ids.append(
          try await recorder.run(input: .encoding(number)) { $0.output = .encoding(-number) })
      }
      #expect(recorder.counts.recorded == 200)
      #expect(recorder.counts.delivered == 0)
      try await setting.server.restart()
      await recorder.delivered()
      for (number, id) in ids.enumerated() {
        let stored = try await setting.stored(id)
        #expect(stored.status == .completed)
        #expect(stored.inputData?.text == "\(number)")
        #expect(stored.outputData?.text == "\(-number)")
        // The beginning of the first may have been on its way when it ended.
        #expect(number == 0 || stored.version == 1)
      }
      #expect((200...201).contains(recorder.counts.delivered))
      #expect(recorder.counts.refused == 0)
      // Not with each attempt.
      #expect(setting.log.count("nothing is delivered for now") == 1)
      await recorder.close()
    }
  }

  @Test("leaves what it can't deliver in time to the next one")
  func left() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let first = try setting.recorder()
      let id = try await first.run()
      await first.close(timeout: .zero)
      #expect(setting.folder.segments.count >= 1)
      try await setting.server.restart()
      let second = try setting.recorder()
      await second.delivered()
      #expect(try await setting.stored(id).status == .completed)
      await second.close()
      #expect(setting.folder.processes == [])
    }
  }

  @Test("looks every minute for what others that have died left")
  func takesOver() async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(clock: time.clock)
      await recorder.delivered()
      await setting.server.stop()
      let other = try setting.recorder()
      let id = try await other.run()
      await other.close(timeout: .zero)
      try await setting.server.restart()
      #expect(await becomesTrue { time.sleepers(within: .seconds(60)) == 1 })
      time.advance(by: .seconds(60))
      #expect(
        await becomesTrue { (try? await setting.stored(id).status) == .completed })
      await recorder.close()
    }
  }

  @Test(
    "tells an end once whose call was lost on its way, or its answer", arguments: [true, false])
  func lost(isAnswer: Bool) async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let id = try await recorder.run { run in
        await recorder.delivered()
        setting.server.calls.set(
          isAnswer ? .loseAnswer : .loseRequest, of: "UpdateWorkflowExecution")
        run.output = .json(#"{"large": 1e23}"#)
      }
      await recorder.delivered()
      let stored = try await setting.stored(id)
      #expect(stored.status == .completed)
      #expect(stored.version == 2)
      #expect(setting.server.calls.count("UpdateWorkflowExecution") == 2)
      #expect(recorder.counts.delivered == 2)
      #expect(recorder.counts.refused == 0)
      await recorder.close()
    }
  }

  @Test("tells the end also of a run that somebody has changed")
  func changed() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let id = try await recorder.run { run in
        await recorder.delivered()
        try await setting.update(run.executionID, ["workflow_type"]) { $0.workflowType = "renamed" }
      }
      await recorder.delivered()
      let stored = try await setting.stored(id)
      #expect(stored.status == .completed)
      #expect(stored.workflowType == "renamed")
      #expect(stored.version == 3)
      await recorder.close()
    }
  }

  @Test("leaves an end that somebody else has told as it is, and goes on")
  func endedElsewhere() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder(RecorderOptions(heartbeatInterval: nil))
      let ended = try await recorder.run { run in
        await recorder.delivered()
        try await setting.update(run.executionID, ["status"]) { $0.status = .failed }
      }
      let deleted = try await recorder.run { run in
        await recorder.delivered()
        _ = try await setting.client.delete(DeleteWorkflowExecutionRequest(id: run.executionID))
      }
      let next = try await recorder.run()
      await recorder.delivered()
      #expect(try await setting.stored(ended).status == .failed)
      await #expect(throws: WorkflowHistoryError.self) { try await setting.stored(deleted) }
      #expect(try await setting.stored(next).status == .completed)
      #expect(recorder.counts.refused == 2)
      #expect(setting.folder.refused.count == 2)
      await recorder.close()
    }
  }

  @Test("is good for many tasks at once")
  func concurrent() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let ids = try await withThrowingTaskGroup { group in
        for number in 0..<100 {
          group.addTask { try await recorder.run(input: .encoding(number)) }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      await recorder.delivered()
      let stored = try await setting.history()
      #expect(Set(stored.map(\.id)) == ids)
      #expect(Set(stored.map(\.status)) == [.completed])
      await recorder.close()
    }
  }

  @Test("records as well where it does not wait for the disk")
  func notDurable() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder(RecorderOptions(isDurable: false))
      for _ in 0..<20 { try await recorder.run() }
      await recorder.delivered()
      #expect(try await setting.history().map(\.status) == .init(repeating: .completed, count: 20))
      await recorder.close()
    }
  }
}
