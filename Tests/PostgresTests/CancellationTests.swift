import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Cancellation") struct CancellationTests {
  static let everyPipelining: [PostgresConnection.Pipelining] = [.shared, .separate, .cancellable]

  @Test("a task that is cancelled before it asks is answered at once, and nothing is sent")
  func cancelledBefore() async throws {
    for pipelining in Self.everyPipelining {
      try await withConnection(pipelining) { connection in
        let bystander = try await Bystander(on: connection.eventLoop)
        defer { bystander.close() }
        let sequence = try await bystander.make("SEQUENCE")
        let next = Statement("", "SELECT nextval('\(sequence)')")
        let asked = Asked(connection, next)
        asked.cancel()
        let error = await asked.failure()
        #expect(error?.kind == .cancelled)
        #expect(error?.wasSent == false)
        #expect(connection.load == 0)
        #expect(try await connection.query(next)[0].value(0) == Int64(1))
      }
    }
  }

  @Test("a statement that is cancelled while it waits is never sent")
  func withdrawn() async throws {
    try await withConnection(.separate) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let sequence = try await bystander.make("SEQUENCE")
      let next = Statement("", "SELECT nextval('\(sequence)')")
      try await connection.transaction { transaction in
        _ = try await transaction.query(Statement("", "SELECT 1"))
        let asked = (0..<5).map { _ in Asked(connection, next) }
        // Once this has been answered, they wait.
        _ = try await transaction.query(Statement("", "SELECT 1"))
        #expect(connection.load == 6)
        for index in [1, 3, 4] { asked[index].cancel() }
        for index in [1, 3, 4] {
          let error = await asked[index].failure()
          #expect(error?.kind == .cancelled)
          #expect(error?.wasSent == false)
        }
        #expect(asked[0].outcome == nil && asked[2].outcome == nil)
        _ = try await transaction.query(Statement("", "SELECT 1"))
        #expect(connection.load == 3)
      }
      #expect(try await connection.query(next)[0].value(0) == Int64(3))
    }
  }

  @Test("a transaction that is cancelled while it waits for its turn never begins")
  func withdrawnTransaction() async throws {
    try await withConnection(.separate) { connection in
      let eventLoop = connection.eventLoop
      var hasBegun = false
      var error: (any Error)?
      try await connection.transaction { transaction in
        let waiting = eventLoop.start {
          do { try await connection.transaction { _ in hasBegun = true } } catch let caught {
            error = caught
          }
        }
        _ = try await transaction.query(Statement("", "SELECT 1"))
        waiting.cancel()
        await waiting.wait()
        #expect((error as? PostgresError)?.kind == .cancelled)
      }
      try await connection.transaction { transaction in
        _ = try await transaction.query(Statement("", "SELECT 1"))
      }
      #expect(!hasBegun)
    }
  }

  @Test("a write that was sent is committed, its cancelled caller being answered at once")
  func sentWrite() async throws {
    try await withConnection(.separate) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      let table = try await bystander.make("TABLE", "(n int)")
      try await bystander.lock()
      let write = Asked(
        connection, Statement("", "INSERT INTO \(table) SELECT 1 FROM \(bystander.row)"))
      try await bystander.untilHeldUp(session)
      let neighbour = Asked(connection, Statement("", "SELECT sum(n) FROM \(table)"))
      write.cancel()
      let error = await write.failure()
      #expect(error?.kind == .cancelled)
      #expect(error?.wasSent == true)
      #expect(connection.abandoned == 1)
      // It is answered though the statement still waits for its lock.
      #expect(neighbour.outcome == nil)
      try await bystander.unlock()
      #expect(try await neighbour.answer()?.get()[0].value(0) == Int64(1))
      #expect(connection.abandoned == 0)
      #expect(connection.load == 0)
    }
  }

  @Test("a statement in a shared pipeline runs on when it is cancelled, and its neighbours too")
  func sentRead() async throws {
    try await withConnection(.shared) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      try await bystander.lock()
      let held = Statement("held", "SELECT $1, repeat('x', 100000) FROM \(bystander.row)", [.int4])
      let asked = (0..<6).map { Asked(connection, held, [.int4(Int32($0))]) }
      try await bystander.untilHeldUp(session)
      for index in [0, 2, 5] { asked[index].cancel() }
      for index in [0, 2, 5] { #expect(await asked[index].failure()?.kind == .cancelled) }
      #expect(connection.abandoned == 3)
      try await bystander.unlock()
      for index in [1, 3, 4] {
        #expect(try await asked[index].answer()?.get()[0].value(0) == Int32(index))
      }
      #expect(try await connection.query(held, [.int4(9)])[0].value(0) == Int32(9))
      #expect(connection.abandoned == 0)
    }
  }

  @Test("the rows of a statement that nobody waits for are not kept")
  func droppedRows() async throws {
    try await withConnection(.shared) { connection in
      let rows = try await connection.query(Statement("", "SELECT 1"))
      let request = Request(Statement("", "SELECT 1"), [.int4(1)], isRepeatable: true)
      request.markSent()
      request.cancel()
      request.answer(rows)
      #expect(request.hasAnswer)
      #expect(request.result == nil)
      #expect(request.parameters.isEmpty)
    }
  }

  @Test("what a failure before it in a shared pipeline took along is not sent again if cancelled")
  func notSentAgain() async throws {
    try await withConnection(.shared) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      let sequence = try await bystander.make("SEQUENCE")
      try await bystander.lock()
      // Waits for the lock, then divides by zero.
      let failing = Asked(
        connection,
        Statement(
          "", "SELECT 1 / n FROM (SELECT count(*) - 1 AS n FROM \(bystander.row)) AS held"))
      let next = Statement("next", "SELECT nextval('\(sequence)')")
      let asked = (0..<3).map { _ in Asked(connection, next) }
      try await bystander.untilHeldUp(session)
      asked[0].cancel()
      asked[2].cancel()
      #expect(await asked[0].failure()?.kind == .cancelled)
      #expect(await asked[2].failure()?.kind == .cancelled)
      try await bystander.unlock()
      #expect(await failing.failure()?.sqlState == SQLState("22012"))
      #expect(try await asked[1].answer()?.get()[0].value(0) == Int64(1))
      #expect(try await connection.query(next)[0].value(0) == Int64(2))
      #expect(connection.abandoned == 0)
    }
  }

  @Test("a transaction that is cancelled in a statement is rolled back, and its session goes on")
  func transaction() async throws {
    for pipelining in [PostgresConnection.Pipelining.separate, .cancellable] {
      try await withConnection(pipelining) { connection in
        let eventLoop = connection.eventLoop
        let bystander = try await Bystander(on: eventLoop)
        defer { bystander.close() }
        let session = try await Session(of: connection)
        let table = try await bystander.make("TABLE", "(n int)")
        let row = bystander.row
        var error: (any Error)?
        try await bystander.lock()
        let task = eventLoop.start {
          do {
            try await connection.transaction { transaction in
              _ = try await transaction.query(Statement("", "INSERT INTO \(table) VALUES (1)"))
              _ = try await transaction.query(Statement("", "SELECT 1 FROM \(row)"))
            }
          } catch let caught {
            error = caught
          }
        }
        try await bystander.untilHeldUp(session)
        task.cancel()
        await task.wait()
        #expect((error as? PostgresError)?.kind == .cancelled)
        let count = Asked(connection, Statement("", "SELECT count(*) FROM \(table)"))
        if !pipelining.isCancellable { try await bystander.unlock() }
        #expect(try await count.answer()?.get()[0].value(0) == Int64(0))
        try await connection.transaction { transaction in
          _ = try await transaction.commit(
            with: Statement("", "INSERT INTO \(table) VALUES (2)"))
        }
        #expect(try await bystander.value("SELECT sum(n)::text FROM \(table)") == "2")
      }
    }
  }

  @Test("a task that is cancelled on another thread is answered too")
  func otherThread() async throws {
    try await withConnection(.cancellable) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      // It is used on its loop alone; the task comes from elsewhere.
      nonisolated(unsafe) let onLoop = connection
      let task = Task { [loop = connection.eventLoop.loop!] in
        await loop.run { _ in
          await failure(PostgresError.self) {
            try await onLoop.query(Statement("", "SELECT pg_sleep(60)"))
          }
        }
      }
      try await bystander.untilHeldUp(session)
      await Task.detached { task.cancel() }.value
      #expect(await task.value?.kind == .cancelled)
      try await bystander.untilIdle(session)
    }
  }
}
