internal import Logging
internal import Metrics
internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Writes batches of a ``WriteQueue`` on a connection of its own, one after another, each in one
/// transaction.
final class BatchWriter {
  /// Which of the queue's writers it is.
  let number: Int
  let pool: PostgresPool
  let queue: WriteQueue
  let partitions: PartitionMaker
  private let lockedWrites: LockedWrites
  private let sealing: PayloadSealing?
  private let sizes = Recorder(label: "workflow_history.writes.batch_size")
  private let durations = Timer(label: "workflow_history.writes.batch_duration")

  init(
    _ database: PostgresOptions, from queue: WriteQueue, sealing: PayloadSealing?,
    on eventLoop: EventLoop
  ) {
    self.queue = queue
    self.sealing = sealing
    lockedWrites = LockedWrites(from: queue, on: eventLoop)
    number = queue.addWriter()
    pool = PostgresPool(database, connections: 1, pipelining: .separate, on: eventLoop)
    partitions = PartitionMaker(pool)
    pool.connectionsChanged = { [pool, queue, number] in
      queue.setOpen(pool.openConnections > 0, for: number)
    }
    eventLoop.start { await self.run(on: eventLoop) }
  }

  /// Ends it: what is under way fails.
  func close() {
    pool.connectionsChanged = nil
    queue.close(number)
    lockedWrites.putBack()
    pool.close()
  }

  private func run(on eventLoop: EventLoop) async {
    while let batch = await queue.next(for: number, on: eventLoop) {
      let began = ContinuousClock.now
      defer { tell(batch.count, since: began) }
      let heartbeats = batch.filter(\.isHeartbeat)
      if heartbeats.isEmpty {
        await write(batch)
        continue
      }
      // Apart from updates and deletions, which remove heartbeats: so neither waits for the other's end
      // while it holds what that waits for.
      if heartbeats.count < batch.count { await write(batch.filter { !$0.isHeartbeat }) }
      await writeOn(heartbeats)
    }
  }

  /// Tells how long a batch took until its calls were answered.
  private func tell(_ size: Int, since began: ContinuousClock.Instant) {
    sizes.record(size)
    durations.record(duration: ContinuousClock.now - began)
  }

  // MARK: A batch

  /// Writes a batch, or a part of one, as far as it can be, and answers its calls.
  func write(_ writes: [PendingWrite], _ tries: Tries = Tries()) async {
    do {
      try await commit(writes, tries)
    } catch let error as PostgresError {
      await recover(writes, from: error, tries)
    } catch {
      finish(writes.map { ($0, .failure(error)) })
    }
  }

  private func commit(_ writes: [PendingWrite], _ tries: Tries) async throws {
    var saves = SaveBatch(sealing: sealing)
    var locks = LockBatch(sealing: sealing)
    var heartbeats = HeartbeatBatch()
    for write in writes {
      switch write.operation {
      case .save(let save): saves.append(write, save)
      case .update(let update, let reach, let now):
        locks.append(write, update, reach: reach, now: now)
      case .heartbeat(let heartbeat, let reach):
        heartbeats.append(write, heartbeat, reach: reach)
      case .deletion(let deletion, let reach): locks.append(write, deletion, reach: reach)
      }
    }
    if !heartbeats.isEmpty {
      try await commit(heartbeats, tries)
    } else if locks.isEmpty, !tries.waitsBriefly {
      await finish(saves, try await pool.query(saves.statement, saves.parameters))
    } else {
      try await commit(saves, locks, tries)
    }
  }

  private func commit(_ heartbeats: HeartbeatBatch, _ tries: Tries) async throws {
    let settings = [HeartbeatBatch.unflushed] + (tries.waitsBriefly ? [Self.briefWaits] : [])
    let results = try await pool.transaction { transaction in
      try await transaction.commit(
        with: settings.map { ($0, []) } + [(HeartbeatBatch.statement, heartbeats.parameters)])
    }
    finish(heartbeats.answers(results[settings.count]))
  }

  private func commit(_ saves: SaveBatch, _ locks: LockBatch, _ tries: Tries) async throws {
    let (saved, written, locked) = try await pool.transaction { transaction in
      // Rows are inserted before rows are locked, both in order: crossing batches can't deadlock.
      var first = tries.waitsBriefly ? [(Self.briefWaits, [Parameter]())] : []
      if !saves.isEmpty { first.append((saves.statement, saves.parameters)) }
      if !locks.isEmpty { first.append((LockBatch.statement, locks.parameters)) }
      var results = try await transaction.query(first)
      let locked =
        locks.isEmpty ? LockBatch.Outcome() : try locks.apply(to: results.removeLast())
      let last = locked.statements
      let written = last.isEmpty ? [] : try await transaction.commit(with: last)
      return (saves.isEmpty ? nil : results.last, written, locked)
    }
    finish(locked.answers(written))
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
      finish(stored)
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

  func finish(_ answers: [(PendingWrite, PendingWrite.Answer)]) {
    queue.end(answers.map(\.0))
    for (write, answer) in answers { write.answer(answer) }
  }
}
