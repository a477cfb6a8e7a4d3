import Postgres
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Exports") struct ExportTests {
  /// An export, whole.
  private func exported(
    _ query: ExportQuery, of store: PostgresHistoryStore
  ) async throws -> [ExportPart] {
    var parts: [ExportPart] = []
    try await store.export(query) { parts.append($0) }
    return parts
  }

  private func ids(
    _ query: ExportQuery, of store: PostgresHistoryStore
  ) async throws -> [ExecutionID] {
    try await exported(query, of: store).flatMap(\.executions).compactMap(\.fields.id)
  }

  /// Three hours between one and the next, over some months, in no order.
  private func rows(_ count: Int) -> [WorkflowExecution] {
    (0..<count).map { number in
      execution(
        at: Timestamp(microseconds: testNow.microseconds - Int64(number) * 10_800_000_000),
        user: ["alice", "bob"][number % 2], workflow: "wf-\(number % 5)",
        type: ["etl", "report", "sync"][number % 3],
        status: WorkflowStatus.allCases[number % 5])
    }.shuffled()
  }

  @Test("have every execution that meets the filters once, by id, whatever the parts")
  func filters() async throws {
    try await withStore { store in
      let rows = rows(1000)
      try await store.saveAll(rows)
      let after = Timestamp(microseconds: testNow.microseconds - 1_000 * 3_600_000_000)
      let before = Timestamp(microseconds: testNow.microseconds - 100 * 3_600_000_000)
      let queries: [(ExportQuery, (WorkflowExecution) -> Bool)] = [
        (ExportQuery(ExecutionFilter(userID: nil)), { _ in true }),
        (ExportQuery(ExecutionFilter(userID: "alice")), { $0.userID == "alice" }),
        (
          ExportQuery(ExecutionFilter(userID: nil, workflowID: "wf-1")), { $0.workflowID == "wf-1" }
        ),
        (
          ExportQuery(
            ExecutionFilter(userID: "bob", workflowType: "etl", statuses: [.failed, .paused])),
          {
            $0.userID == "bob" && $0.workflowType == "etl"
              && [.failed, .paused].contains($0.status)
          }
        ),
        (
          ExportQuery(ExecutionFilter(userID: "bob", statuses: [.failed], createdAfter: after)),
          { $0.userID == "bob" && $0.status == .failed && $0.createdAt >= after }
        ),
        (
          ExportQuery(ExecutionFilter(userID: nil, createdAfter: after, createdBefore: before)),
          { $0.createdAt >= after && $0.createdAt < before }
        ),
        (ExportQuery(ExecutionFilter(userID: "nobody")), { _ in false }),
      ]
      for (query, isMet) in queries {
        var counting = query
        counting.includesTotal = true
        let parts = try await exported(counting, of: store)
        let expected = rows.filter(isMet).map(\.id).sorted()
        #expect(parts.flatMap(\.executions).map(\.fields.id) == expected)
        #expect(parts.first?.total == Int64(expected.count))
        #expect(parts.dropFirst().allSatisfy { $0.total == nil })
        #expect(try await exported(query, of: store).allSatisfy { $0.total == nil })
      }
    }
  }

  @Test(
    "end a part at 1 MiB, but for a single execution that is larger", arguments: [false, true])
  func parts(compressible: Bool) async throws {
    try await withStore { store in
      var generator = SeededGenerator(state: 3)
      let sizes =
        Array(repeating: 10, count: 200) + [900_000, 200_000, 3_000_000, 10, 10]
        + Array(repeating: 300_000, count: 30)
      let rows = sizes.enumerated().map { number, size in
        let text =
          compressible
          ? String(repeating: "x", count: size)
          : String((0..<size).map { _ in "0123456789abcdef".randomElement(using: &generator)! })
        return execution(
          at: Timestamp(microseconds: testNow.microseconds + Int64(number) * 1000),
          input: JSONDocument("\"\(text)\""))
      }
      try await store.saveAll(rows)
      let parts = try await exported(ExportQuery(ExecutionFilter(userID: "alice")), of: store)
      #expect(parts.flatMap(\.executions).map(\.fields.id) == rows.map(\.id))
      for part in parts where part.executions.count > 1 {
        let bytes = part.executions.reduce(0) { $0 + ($1.fields.inputData?.utf8.count ?? 0) }
        #expect(bytes < 1 << 20)
      }
      // Not one by one either.
      #expect(parts.count < rows.count / 2 + 3)
    }
  }

  @Test("see nothing of what is written after they began")
  func snapshot() async throws {
    try await withStore { store in
      let rows = rows(100)
      try await store.saveAll(rows)
      var found: [ArchivedExecution] = []
      try await store.export(ExportQuery(ExecutionFilter(userID: nil))) { part in
        if found.isEmpty {
          try await store.delete(rows.map(\.id).max()!)
          try await store.saveAll([execution(user: "late")])
        }
        found += part.executions
      }
      #expect(found.map(\.fields.id) == rows.map(\.id).sorted())
      let left = try await ids(ExportQuery(ExecutionFilter(userID: nil)), of: store)
      #expect(left.count == 100 && left != rows.map(\.id).sorted())
    }
  }

  @Test("are one of each user at once on a loop, and the next when that has ended")
  func turns() async throws {
    try await withStore { store in
      try await store.saveAll(rows(3))
      func query(_ user: String?) -> ExportQuery { ExportQuery(ExecutionFilter(userID: user)) }
      func expect(_ refused: [String?], _ taken: [String?]) async throws {
        for user in refused + taken {
          let code = try await code { try await ids(query(user), of: store) }
          #expect(code == (refused.contains(user) ? .resourceExhausted : nil))
        }
      }
      try await store.export(query(nil)) { _ in
        try await expect([nil], ["alice", "bob"])
        try await store.export(query("alice")) { _ in
          try await expect([nil, "alice"], ["bob", "x"])
          try await store.export(query("bob")) { _ in
            try await expect([nil, "alice", "bob"], ["x"])
          }
        }
        try await expect([nil], ["alice", "bob"])
      }
      try await expect([], [nil, "alice"])
    }
  }

  @Test("end at once when they are cancelled, and so do their statements and their turns")
  func cancelled() async throws {
    try await withStore { store in
      try await store.saveAll(rows(3))
      let all = ExportQuery(ExecutionFilter(userID: nil))
      try await TableLock.while(on: store, "ACCESS EXCLUSIVE") { lock in
        for _ in 0..<3 {
          let call = Call(on: store.eventLoop) { try await store.export(all) { _ in } }
          try await lock.untilWaitedFor()
          call.cancel()
          #expect(await call.failure() is CancellationError)
          try await lock.untilNotWaitedFor()
        }
      }
      #expect(try await ids(all, of: store).count == 3)
    }
  }

  @Test("imported elsewhere are there as they were, and exported the same, plain or sealed")
  func roundTrip() async throws {
    for (from, to) in [("-a", "-a"), ("a", "-a"), ("-a", "a"), ("a", "b")] {
      try await withSealedStore(from) { source in
        for number in 0..<40 {
          var row = execution(
            at: Timestamp(microseconds: testNow.microseconds - Int64(number) * 86_400_000_000),
            status: number % 2 == 0 ? .running : .failed, error: number % 3 == 0 ? "bad" : nil,
            input: JSONDocument("{\"a\":null,\"b\":[1.50,1e2,\"\\u00e9\"]}"),
            tasks: "[{\"task_name\":\"fetch\"}]")
          row.startTime = number % 4 == 0 ? nil : testNow
          let saved = try await source.save(save(row))
          guard number % 5 == 0 else { continue }
          var fields = ExecutionFields()
          fields.id = saved.id
          fields.outputData = JSONDocument("[\(number)]")
          _ = try await source.update(
            try ExecutionUpdate(
              checking: fields, paths: ["output_data"], expectedVersion: 0, allowReopen: false),
            reach: .anyone, now: Timestamp(microseconds: testNow.microseconds + 5))
        }
        let exported = try await exported(ExportQuery(ExecutionFilter(userID: nil)), of: source)
          .flatMap(\.executions)
        #expect(exported.count == 40)
        try await withSealedStore(to) { target in
          // Twice: what is there already is left as it is.
          for _ in 0..<2 {
            let saves = try exported.map { try ExecutionSave(importing: $0, now: testNow) }
            let outcomes = try await target.begin(saves).outcomes()
            #expect(outcomes.allSatisfy { $0 == nil })
          }
          let again = try await self.exported(ExportQuery(ExecutionFilter(userID: nil)), of: target)
            .flatMap(\.executions)
          #expect(again == exported)
          // The save that made it is still the same, and another is another.
          let first = try #require(exported.first)
          let id = try #require(first.fields.id)
          var other = save(try await target.execution(id, reach: .anyone))
          other.sent.workflowType = "another"
          #expect(try await code { try await target.save(other) } == .alreadyExists)
        }
      }
    }
  }

  @Test("imported are counted, and told to who watches, as executions that were created")
  func importedFigures() async throws {
    try await withStore { store in
      let watch = try await store.watch(WatchQuery(ExecutionFilter(userID: "alice")))
      defer { watch.cancel() }
      _ = try await watch.next()
      let row = execution(status: .failed, error: "bad")
      var archived = ArchivedExecution(row, saveDigest: Array(repeating: 1, count: 32))
      archived.version = 4
      let save = try ExecutionSave(importing: archived, now: testNow)
      #expect(try await store.begin([save]).outcomes() == [nil])
      var events: [ExecutionEvent] = []
      while events.isEmpty { events = try await watch.next().events }
      #expect(events.map(\.kind) == [.created])
      #expect(events.map(\.version) == [4])
      let window = WindowQuery(
        userID: "alice", workflowType: nil,
        start: Timestamp(microseconds: testNow.microseconds - 1_000_000),
        end: Timestamp(microseconds: testNow.microseconds + 1_000_000))
      #expect(try await store.statistics(window).all.counts[.failed] == 1)
      #expect(try await store.execution(row.id, reach: .anyone).version == 4)
    }
  }
}
