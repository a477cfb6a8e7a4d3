import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

@testable import WorkflowHistoryRecorder

@Suite("Heartbeats of runs", .timeLimit(.minutes(2)))
struct HeartbeatTests {
  private static let method = "HeartbeatWorkflowExecution"

  private func beats(_ setting: Setting) -> Int { setting.server.calls.count(Self.method) }

  @Test("come once the server knows the run, in every interval, until it ends")
  func interval() async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(
        RecorderOptions(heartbeatInterval: .seconds(7)), clock: time.clock)
      try await recorder.run { run in
        for count in 1...3 {
          #expect(await becomesTrue { beats(setting) == count })
          #expect(await becomesTrue { time.sleepers(within: .seconds(7)) == 1 })
          time.advance(by: .seconds(7))
        }
        #expect(await becomesTrue { beats(setting) == 4 })
        #expect(await becomesTrue { time.sleepers(within: .seconds(7)) == 1 })
        let stored = try await setting.stored(run.executionID)
        #expect(stored.version == 1)
      }
      #expect(await becomesTrue { time.sleepers(within: .seconds(7)) == 0 })
      time.advance(by: .seconds(7))
      await recorder.delivered()
      #expect(beats(setting) == 4)
      #expect(recorder.counts.endedElsewhere == 0)
      await recorder.close()
    }
  }

  @Test("say within what time the next one comes: three intervals, a second at least")
  func timeout() async throws {
    try await withSetting { setting in
      for (interval, timeout) in [
        (Duration.seconds(20), 60), (.milliseconds(100), 1), (.milliseconds(1_500), 5),
        (.seconds(1_000_000), 86_400),
      ] {
        let heartbeats = Heartbeats(
          setting.client, of: RunningRuns(), every: interval, .system, Tally(), setting.log.logger)
        let id = ExecutionID(high: 1, low: 2)
        #expect(heartbeats.request(id).timeoutSeconds == timeout)
      }
    }
  }

  @Test("end where somebody else has ended the run, or deleted it", arguments: [true, false])
  func endedElsewhere(isDeleted: Bool) async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(clock: time.clock)
      try await recorder.run { run in
        #expect(await becomesTrue { time.sleepers(within: .seconds(20)) == 1 })
        if isDeleted {
          _ = try await setting.client.delete(DeleteWorkflowExecutionRequest(id: run.executionID))
        } else {
          try await setting.update(run.executionID, ["status"]) { $0.status = .failed }
        }
        time.advance(by: .seconds(20))
        #expect(await becomesTrue { setting.log.count("somebody else has ended") == 1 })
        #expect(recorder.counts.endedElsewhere == 1)
        #expect(beats(setting) == 2)
        #expect(time.sleepers(within: .seconds(20)) == 0)
      }
      await recorder.close()
    }
  }

  @Test("go on when the server is back, and are told of a few runs at once")
  func away() async throws {
    try await withSetting { setting in
      let time = FakeClock()
      let recorder = try setting.recorder(clock: time.clock)
      let gate = Latch()
      let (begun, begin) = AsyncStream.makeStream(of: Void.self)
      try await withThrowingTaskGroup { group in
        for _ in 0..<30 {
          group.addTask {
            try await recorder.run { _ in
              begin.yield()
              await gate.wait()
            }
          }
        }
        var count = 0
        for await _ in begun {
          count += 1
          if count == 30 { break }
        }
        #expect(await becomesTrue { beats(setting) == 30 })
        #expect(await becomesTrue { time.sleepers(within: .seconds(20)) == 30 })
        await setting.server.stop()
        time.advance(by: .seconds(20))
        // Those that were not taken are as good as taken: the next ones come in their time.
        #expect(await becomesTrue { time.sleepers(within: .seconds(20)) == 30 })
        #expect(beats(setting) == 30)
        try await setting.server.restart()
        time.advance(by: .seconds(20))
        #expect(await becomesTrue { beats(setting) == 60 })
        gate.open()
        try await group.waitForAll()
      }
      await recorder.delivered()
      #expect(recorder.counts.endedElsewhere == 0)
      #expect(Set(try await setting.history().map(\.status)) == [.completed])
      await recorder.close()
    }
  }

  @Test("are not sent where none are wanted")
  func none() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder(RecorderOptions(heartbeatInterval: nil))
      try await recorder.run { _ in await recorder.delivered() }
      await recorder.delivered()
      #expect(beats(setting) == 0)
      await recorder.close()
    }
  }
}
