import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Shared reads") struct SharedReadsTests {
  /// Reads that end when they are told to.
  private final class Reads {
    let eventLoop: EventLoop
    let shared: SharedReads<Int>
    private(set) var begun: [WindowQuery] = []
    private var ends: [Waiter<Result<Int, any Error>>] = []

    init(on eventLoop: EventLoop) {
      self.eventLoop = eventLoop
      shared = SharedReads("test", on: eventLoop)
    }

    func answer(_ query: WindowQuery) async throws -> Int {
      try await shared.answer(query) { query in
        self.begun.append(query)
        let end = Waiter<Result<Int, any Error>>()
        self.ends.append(end)
        return try await end.wait(
          on: self.eventLoop, cancelled: { end.resolve(.failure(CancellationError())) }, begin: {}
        ).get()
      }
    }

    func end(_ index: Int, _ result: Result<Int, any Error>) { ends[index].resolve(result) }

    func untilBegun(_ count: Int) async {
      while begun.count < count { await eventLoop.sleep(for: .milliseconds(1)) }
    }
  }

  private func query(_ userID: String = "alice", at end: Int64 = 0) -> WindowQuery {
    WindowQuery(
      userID: userID, workflowType: nil, start: Timestamp(microseconds: end - 1000),
      end: Timestamp(microseconds: end))
  }

  private func withReads(_ body: @Sendable (Reads) async throws -> Void) async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in try await body(Reads(on: eventLoop)) }
    await loop.stop()
  }

  /// Starts a call for each query, which all have asked when this returns.
  private func calls(_ queries: [WindowQuery], _ reads: Reads) async -> [Answered] {
    let calls = queries.map { Answered($0, reads) }
    while calls.contains(where: { !$0.hasAsked }) {
      await reads.eventLoop.sleep(for: .milliseconds(1))
    }
    return calls
  }

  private final class Answered {
    private(set) var hasAsked = false
    private(set) var answer: Result<Int, any Error>?
    private(set) var task: LoopTask!

    init(_ query: WindowQuery, _ reads: Reads) {
      task = reads.eventLoop.start {
        self.hasAsked = true
        do {
          self.answer = .success(try await reads.answer(query))
        } catch { self.answer = .failure(error) }
      }
    }

    func value() async -> Int? {
      await task.wait()
      return try? answer?.get()
    }
  }

  @Test("those that come while one is under way share the next, of the latest instant")
  func crowd() async throws {
    try await withReads { reads in
      let calls = await calls((1...5).map { query(at: $0) }, reads)
      await reads.untilBegun(1)
      reads.end(0, .success(10))
      #expect(await calls[0].value() == 10)
      await reads.untilBegun(2)
      reads.end(1, .success(20))
      for call in calls[1...] { #expect(await call.value() == 20) }
      #expect(reads.begun == [query(at: 1), query(at: 5)])
    }
  }

  @Test("no read is shared between users, types or lengths, also where names look the same")
  func others() async throws {
    try await withReads { reads in
      var ofType = query()
      ofType.workflowType = "etl"
      var longer = query()
      longer.start = Timestamp(microseconds: -2000)
      let queries = [query("\u{E9}"), query("e\u{301}"), query(), ofType, longer]
      let calls = await calls(queries, reads)
      await reads.untilBegun(5)
      for index in queries.indices { reads.end(index, .success(index)) }
      for (index, call) in calls.enumerated() { #expect(await call.value() == index) }
    }
  }

  @Test("a read goes on while a call waits for it, and is cancelled with the last")
  func cancelled() async throws {
    try await withReads { reads in
      let calls = await calls([query(), query(), query()], reads)
      await reads.untilBegun(1)
      calls[0].task.cancel()
      await calls[0].task.wait()
      #expect(throws: CancellationError.self) { try calls[0].answer?.get() }
      // The first read was cancelled, and made way for the next.
      await reads.untilBegun(2)
      calls[1].task.cancel()
      await calls[1].task.wait()
      reads.end(1, .success(2))
      #expect(await calls[2].value() == 2)
    }
  }

  @Test("one that nobody waits for any more is not begun")
  func abandoned() async throws {
    try await withReads { reads in
      let calls = await calls([query(), query()], reads)
      await reads.untilBegun(1)
      calls[1].task.cancel()
      await calls[1].task.wait()
      reads.end(0, .success(1))
      #expect(await calls[0].value() == 1)
      let later = await self.calls([query(at: 7)], reads)
      await reads.untilBegun(2)
      reads.end(1, .success(7))
      #expect(await later[0].value() == 7)
      #expect(reads.begun.count == 2)
    }
  }

  @Test("a failure is told to all that shared the read, and the next is tried")
  func failing() async throws {
    struct Failure: Error {}
    try await withReads { reads in
      let calls = await calls([query(), query(), query()], reads)
      await reads.untilBegun(1)
      reads.end(0, .success(1))
      await reads.untilBegun(2)
      let late = await self.calls([query()], reads)
      reads.end(1, .failure(Failure()))
      for call in calls[1...] {
        await call.task.wait()
        #expect(throws: Failure.self) { try call.answer?.get() }
      }
      await reads.untilBegun(3)
      reads.end(2, .success(3))
      #expect(await late[0].value() == 3)
    }
  }
}
