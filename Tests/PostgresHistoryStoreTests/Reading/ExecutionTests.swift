import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Saves, lookups and updates") struct ExecutionTests {
  @Test("a save answers what a lookup then returns, documents as jsonb renders them")
  func roundTrip() async throws {
    try await withStore { store in
      var row = execution(
        error: "é\n\"", input: JSONDocument(#"{"b":1,"a":[12345678901234567890,1.50]}"#))
      row.startTime = Timestamp(microseconds: testNow.microseconds - 7)
      row.endTime = testNow
      let saved = try await store.save(save(row))
      #expect(saved.inputData?.text == #"{"a": [12345678901234567890, 1.50], "b": 1}"#)
      #expect(try await store.execution(row.id, reach: .user("alice")) == saved)
      #expect(try await store.execution(row.id, reach: .anyone) == saved)
      var expected = row
      expected.inputData = saved.inputData
      #expect(saved == expected)
    }
  }

  @Test("a save that is retried with the same id returns the first row as it is now")
  func retry() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      let saved = try await store.save(save(row))
      var retried = row
      retried.updatedAt.microseconds += 1_000_000
      #expect(try await store.save(save(retried)) == saved)
      let count = try await store.run("SELECT count(*) FROM workflow_executions")
      #expect(try count[0].value(0) == Int64(1))

      var other = row
      other.workflowType = "other"
      #expect(try await code { try await store.save(save(other)) } == .alreadyExists)
    }
  }

  @Test("saves of one id that race are one row, and all the same answer")
  func race() async throws {
    try await withStore { store in
      let row = execution()
      var answers: [WorkflowExecution] = []
      let tasks = (0..<20).map { _ in
        store.eventLoop.start {
          if let answer = try? await store.save(save(row)) { answers.append(answer) }
        }
      }
      for task in tasks { await task.wait() }
      #expect(answers == Array(repeating: answers[0], count: 20))
    }
  }

  @Test("another user's id is refused on save, lookup and update, without content")
  func foreign() async throws {
    try await withStore { store in
      let row = execution(user: "alice")
      _ = try await store.save(save(row))
      var mallory = row
      mallory.userID = "mallory"
      #expect(try await code { try await store.save(save(mallory)) } == .permissionDenied)
      #expect(
        try await code { try await store.save(save(mallory, reach: .anyone)) } == .alreadyExists)
      #expect(
        try await code { try await store.execution(row.id, reach: .user("mallory")) }
          == .permissionDenied)
      #expect(
        try await code {
          try await store.update(pause(row.id), reach: .user("mallory"), now: testNow)
        } == .permissionDenied)
      let missing = ExecutionID(high: 0, low: 0)
      #expect(
        try await code { try await store.execution(missing, reach: .anyone) } == .notFound)
      #expect(
        try await code {
          try await store.update(pause(missing), reach: .user("alice"), now: testNow)
        } == .notFound)
      #expect(try await store.execution(row.id, reach: .anyone) == row)
    }
  }

  private func pause(_ id: ExecutionID) -> ExecutionUpdate {
    var fields = ExecutionFields()
    fields.status = .paused
    fields.userID = "mallory"
    return ExecutionUpdate(
      id: id, mask: [.status], fields: fields, expectedVersion: nil, allowsReopen: true)
  }

  @Test("an update changes what it names and nothing else, and never the user")
  func update() async throws {
    try await withStore { store in
      let row = execution(status: .running, input: JSONDocument(#"{"a": 1}"#))
      _ = try await store.save(save(row))
      var change = pause(row.id)
      change.mask.insert(.outputData)
      change.fields.outputData = JSONDocument("[1,2]")
      let now = Timestamp(microseconds: testNow.microseconds + 5)
      let answer = try await store.update(change, reach: .user("alice"), now: now)
      var expected = row
      expected.status = .paused
      expected.outputData = JSONDocument("[1, 2]")
      expected.version = 2
      expected.updatedAt = now
      #expect(answer == expected)
      #expect(try await store.execution(row.id, reach: .anyone) == expected)
    }
  }

  @Test("updates that expect a version and race: one wins, the others are told")
  func versions() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      _ = try await store.save(save(row))
      var codes: [HistoryError.Code?] = []
      let tasks = (0..<8).map { _ in
        store.eventLoop.start {
          var change = self.pause(row.id)
          change.expectedVersion = 1
          let result = try? await code {
            try await store.update(change, reach: .anyone, now: testNow)
          }
          codes.append(result ?? nil)
        }
      }
      for task in tasks { await task.wait() }
      #expect(codes.count { $0 == nil } == 1)
      #expect(codes.count { $0 == .aborted } == 7)
      #expect(try await store.execution(row.id, reach: .anyone).version == 2)
    }
  }

  @Test("a duration of 0 stays 0, and one that is missing stays missing")
  func durations() async throws {
    try await withStore { store in
      for duration in [0, nil, 59.723323822021484, .leastNonzeroMagnitude, 1e308] as [Double?] {
        let row = execution(duration: duration)
        _ = try await store.save(save(row))
        #expect(
          try await store.execution(row.id, reach: .anyone).durationSeconds == duration)
      }
    }
  }

  @Test("an execution over the limit as rendered is refused, and not kept")
  func renderedSize() async throws {
    try await withStore { store in
      let number = "1e399,"
      let text = "[" + String(repeating: number, count: 10_400) + "1]"
      let row = execution(input: JSONDocument(text))
      let refused = try await code { try await store.save(save(row)) }
      #expect(refused == .invalidArgument)
      let found = try await code { try await store.execution(row.id, reach: .anyone) }
      #expect(found == .notFound)
    }
  }

  @Test("text that the database can't keep is an invalid argument")
  func refusedText() async throws {
    try await withStore { store in
      let rows = [
        execution(error: "\0"), execution(input: JSONDocument(#""\u0000""#)),
        execution(input: JSONDocument("nonsense")),
      ]
      for row in rows {
        let refused = try await code { try await store.save(save(row)) }
        #expect(refused == .invalidArgument)
      }
    }
  }

  @Test("a save into a month that has no partition makes it")
  func missingPartition() async throws {
    try await withStore { store in
      let later = Timestamp(microseconds: testNow.microseconds + 40 * 365 * 86_400_000_000)
      let rows = (0..<10).map { _ in execution(at: later) }
      try await store.saveAll(rows)
      #expect(try await store.execution(rows[0].id, reach: .anyone) == rows[0])
    }
  }

  @Test("more writes than may wait are refused with a time to come back")
  func fullQueue() async throws {
    try await withStore(writes: WriteQueue(limit: 4)) { store in
      var errors: [HistoryError] = []
      let tasks = (0..<10).map { _ in
        store.eventLoop.start {
          do { _ = try await store.save(save(execution())) } catch let error as HistoryError {
            errors.append(error)
          } catch {}
        }
      }
      for task in tasks { await task.wait() }
      #expect(errors.count == 6)
      #expect(errors.allSatisfy { $0.code == .resourceExhausted && $0.retryAfter != nil })
      _ = try await store.save(save(execution()))
    }
  }

  @Test("while the database is away everything is unavailable; afterwards what was saved is there")
  func crash() async throws {
    let cluster = try PostgresCluster()
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let options = PostgresOptions(conninfo: try await cluster.makeDatabase(on: eventLoop))
      try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
      let store = PostgresHistoryStore(options, on: eventLoop)
      defer { store.close() }
      try await store.connect()
      let row = execution()
      _ = try await store.save(save(row))
      cluster.kill9()
      let window = WindowQuery(
        userID: "alice", workflowType: nil, start: Timestamp(microseconds: 0), end: testNow)
      let codes = [
        try await code { try await store.save(save(execution())) },
        try await code { try await store.execution(row.id, reach: .anyone) },
        try await code { try await store.update(pause(row.id), reach: .anyone, now: testNow) },
        try await code { try await store.history(HistoryQuery(userID: "alice")) },
        try await code { try await store.statistics(window) },
        try await code { try await store.performanceMetrics(window) },
      ]
      #expect(codes == Array(repeating: .unavailable, count: 6))
      try cluster.start()
      while (try? await store.connect()) == nil {}
      while try await code({ try await store.execution(row.id, reach: .anyone) }) != nil {
        await eventLoop.sleep(for: .milliseconds(5))
      }
      #expect(try await store.execution(row.id, reach: .anyone) == row)
    }
    await loop.stop()
  }
}
