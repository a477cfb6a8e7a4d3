import Logging
import Reactor
import Synchronization
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("What a store does now and then") struct KeepingTests {
  @Test("each failure is told for what it is")
  func failures() async throws {
    try await withStore { store in
      let told = Told()
      store.log = Logger(label: "test") { _ in TellingHandler(told: told) }
      _ = try await store.run("ALTER TABLE change_log_readers RENAME TO elsewhere")
      store.keepPartitions(changeLogRetention: .seconds(86_400)) { testNow }
      while told.lines.isEmpty { await store.eventLoop.sleep(for: .milliseconds(1)) }
      #expect(
        told.lines.allSatisfy { $0.hasPrefix("the change log's lag could not be measured: ") })
    }
  }

  @Test("of a log that is far behind no more is counted than says so")
  func farBehind() async throws {
    try await withStore { store in
      // A save makes the partition that it needs.
      try await store.saveAll([execution()])
      _ = try await store.run(
        """
        INSERT INTO workflow_execution_changes
          (execution_id, user_id, version, workflow_type, status)
        SELECT gen_random_uuid(), 'alice', 1, 'etl', 1 FROM generate_series(1, 100000)
        """)
      let lags = try await store.changeLog.lags()
      #expect(lags.map(\.reader) == ["patterns", "rollups"])
      #expect(lags.map(\.rows) == [100_000, 100_000])
    }
  }

  @Test("work is not begun again while it is under way, and goes on with the next time after")
  func oneAtATime() async throws {
    let loop = try Loop(name: "test")
    await loop.run { eventLoop in
      var begun = 0
      var waiting: CheckedContinuation<Void, Never>?
      let work = RecurringWork(every: .milliseconds(1), on: eventLoop) {
        begun += 1
        await withCheckedContinuation { waiting = $0 }
      }
      for times in 1...3 {
        while waiting == nil { await eventLoop.yield() }
        // Timers of the same interval fire as often.
        for _ in 0..<5 { await eventLoop.sleep(for: .milliseconds(1)) }
        #expect(begun == times)
        waiting.take()?.resume()
      }
      while waiting == nil { await eventLoop.yield() }
      work.cancel()
      waiting.take()?.resume()
      for _ in 0..<5 { await eventLoop.sleep(for: .milliseconds(1)) }
      #expect(begun == 4)
    }
    await loop.stop()
  }
}

/// What was logged.
final class Told: Sendable {
  private let all = Mutex<[String]>([])

  var lines: [String] { all.withLock { $0 } }

  func append(_ line: String) { all.withLock { $0.append(line) } }
}

struct TellingHandler: LogHandler {
  let told: Told
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.trace

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { told.append("\(event.message)") }
}
