internal import Logging
internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Writes batches of a ``WriteQueue`` on a connection of its own, one after another, each in one
/// transaction.
final class BatchWriter {
  /// Which of the queue's writers it is.
  let number: Int
  let pool: PostgresPool
  private let queue: WriteQueue
  private let partitions: PartitionMaker
  private let lockedWrites: LockedWrites

  init(
    _ database: PostgresOptions, from queue: WriteQueue, partitions: PartitionMaker,
    on eventLoop: EventLoop
  ) {
    self.queue = queue
    self.partitions = partitions
    lockedWrites = LockedWrites(from: queue, on: eventLoop)
    number = queue.addWriter()
    pool = PostgresPool(database, connections: 1, pipelining: .separate, on: eventLoop)
    pool.connectionsChanged = { [pool, queue, number] in
      queue.setOpen(pool.openConnections > 0, for: number)
    }
    eventLoop.start { await self.run() }
  }

  /// Ends it: what is under way fails.
  func close() {
    pool.connectionsChanged = nil
    queue.close(number)
    lockedWrites.putBack()
    pool.close()
  }

  private func run() async {
    while let batch = await queue.next(for: number) { await write(batch) }
  }

  // MARK: A batch

  /// What may be tried once for a batch.
  private struct Tries {
    var hasMadePartitions = false
    var hasRepeated = false
  }

  private func write(_ writes: [PendingWrite], _ tries: Tries = Tries()) async {
    do {
      try await commit(writes)
    } catch let error as PostgresError {
      await recover(writes, from: error, tries)
    } catch {
      finish(writes.map { ($0, .failure(error)) })
    }
  }

  /// Writes what is left of a batch, a part of which has been answered: what waited for that part
  /// is another writer's meanwhile.
  private func writeOn(_ writes: [PendingWrite], _ tries: Tries = Tries()) async {
    queue.wakeAnother()
    await write(writes, tries)
  }

  /// Goes on after a transaction that was rolled back, or that nobody knows the end of.
  private func recover(_ writes: [PendingWrite], from error: PostgresError, _ tries: Tries) async {
    var tries = tries
    if error.kind == .connection, !error.wasSent {
      queue.putBack(writes)
    } else if error.lacksPartition, !tries.hasMadePartitions {
      tries.hasMadePartitions = true
      do {
        try await partitions.make(months: writes.months)
      } catch {
        storeLog.warning("a partition that is needed could not be made: \(error)")
      }
      await write(writes, tries)
    } else if error.isChance, !tries.hasRepeated {
      tries.hasRepeated = true
      await write(writes, tries)
    } else if error.isOneRow, writes.count > 1 {
      // One of them is refused: it shall fail alone.
      let half = writes.count / 2
      await write(Array(writes[..<half]), tries)
      await writeOn(Array(writes[half...]), tries)
    } else {
      let failure: any Error = error.lacksPartition ? HistoryError.noLongerKept : error
      finish(writes.map { ($0, .failure(failure)) })
    }
  }

  private func commit(_ writes: [PendingWrite]) async throws {
    var saves = SaveBatch()
    var locks = LockBatch()
    for write in writes {
      switch write.operation {
      case .save(let save, let digest): saves.append(write, save, digest: digest)
      case .update(let update, let reach, let now):
        locks.append(write, update, reach: reach, now: now)
      case .deletion(let deletion, let reach): locks.append(write, deletion, reach: reach)
      }
    }
    guard !locks.isEmpty else {
      return await finish(saves, try await pool.query(SaveBatch.statement, saves.parameters))
    }
    try await commit(saves, locks)
  }

  private func commit(_ saves: SaveBatch, _ locks: LockBatch) async throws {
    let (saved, written, locked) = try await pool.transaction { transaction in
      // Rows are inserted before rows are locked, both in order: crossing batches can't deadlock.
      var first = [(LockBatch.statement, locks.parameters)]
      if !saves.isEmpty { first.insert((SaveBatch.statement, saves.parameters), at: 0) }
      let results = try await transaction.query(first)
      let locked = try locks.apply(to: results[results.count - 1])
      let written = try await transaction.commit(with: locked.statements)
      return (saves.isEmpty ? nil : results[0], written, locked)
    }
    finish(try locked.answers(written))
    finish(locked.refused.map { ($0, .failure($1)) })
    queue.putBack(locked.left)
    if let saved { await finish(saves, saved) }
    await settle(locked.missing)
  }

  /// Answers those whose rows do not exist, and has the others tried again: their rows are locked.
  private func settle(_ missing: [PendingWrite]) async {
    guard !missing.isEmpty else { return }
    // What waited for the others of the batch is another writer's meanwhile.
    queue.wakeAnother()
    do {
      let found = try await pool.query(LockedWrites.presence, missing.idParameters)
      let present = Set(
        try (0..<found.count).map { ExecutionID(uuid: try found[$0].value(0)) })
      finish(
        missing.filter { !present.contains($0.id) }
          .map { ($0, .failure(HistoryError.noSuchExecution)) })
      let late = lockedWrites.add(missing.filter { present.contains($0.id) })
      finish(late.map { ($0, .failure(HistoryError.lockedExecution)) })
    } catch {
      finish(missing.map { ($0, .failure(error)) })
    }
  }

  // MARK: Answers

  private func finish(_ saves: SaveBatch, _ result: QueryResult) async {
    do {
      let (stored, taken) = try saves.outcome(result)
      finish(stored.map { ($0, .success($1)) })
      guard !taken.isEmpty else { return }
      queue.wakeAnother()
      do {
        let found = try await pool.query(TakenBatch.statement, taken.parameters)
        let (answers, left) = try taken.answers(found)
        finish(answers)
        queue.putBack(left)
      } catch {
        finish(taken.writes.map { ($0, .failure(error)) })
      }
    } catch {
      finish(saves.writes.map { ($0, .failure(error)) })
    }
  }

  private func finish(_ answers: [(PendingWrite, PendingWrite.Answer)]) {
    queue.end(answers.map(\.0))
    for (write, answer) in answers { write.answer(answer) }
  }
}

extension [PendingWrite] {
  /// The months in which executions that are saved were created.
  fileprivate var months: [Month] {
    Array<Month>(
      Set(
        compactMap { write in
          if case .save(let save, _) = write.operation {
            Month(of: save.execution.createdAt)
          } else {
            nil
          }
        }))
  }
}

extension Transaction {
  /// Runs these, and commits with the last of them. Where there are none, it is left open.
  fileprivate func commit(with statements: [(Statement, [Parameter])]) async throws
    -> [QueryResult]
  {
    guard let (statement, parameters) = statements.last else { return [] }
    let earlier = statements.count > 1 ? try await query(statements.dropLast()) : []
    return earlier + [try await commit(with: statement, parameters)]
  }
}

extension PostgresError {
  /// Whether a row was refused because no partition takes it.
  fileprivate var lacksPartition: Bool { sqlState == .checkViolation && constraint == nil }

  /// Whether the same statements may do at another time, what came between being rare.
  fileprivate var isChance: Bool { sqlState == .deadlockDetected }

  /// Whether it may be one row that the database refuses: its data, a constraint, or a limit.
  fileprivate var isOneRow: Bool {
    guard let sqlState else { return false }
    return sqlState.isDataException || ["23", "54"].contains(sqlState.errorClass)
  }
}
