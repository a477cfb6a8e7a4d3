internal import Logging
internal import Postgres
internal import WorkflowHistory

/// What becomes of a batch whose transaction was rolled back, or that nobody knows the end of.
extension BatchWriter {
  /// What was tried for a batch, and how it is to be tried now.
  struct Tries {
    /// Whether partitions were made for it, or can't be.
    fileprivate var partitions: Partitions?
    fileprivate var hasRepeated = false
    /// Whether it shall not wait for locks as long as usual: so long it has waited already.
    fileprivate(set) var waitsBriefly = false

    fileprivate enum Partitions { case made, failed }
  }

  /// Shortens the waits of a transaction. Where a batch that waited in vain is halved down to the
  /// writes that have to wait, there are less than two waits a write, so 3 s at most.
  static let briefWaits = Statement("brief_waits", "SET LOCAL lock_timeout = '10ms'")

  /// Goes on after an error.
  func recover(_ writes: [PendingWrite], from error: PostgresError, _ tries: Tries) async {
    var tries = tries
    if error.kind == .connection, !error.wasSent {
      queue.putBack(writes)
    } else if error.lacksPartition, tries.partitions == nil {
      await makePartitions(writes, tries)
    } else if error.lacksPartition, tries.partitions == .failed {
      fail(writes, HistoryError.noPartition)
    } else if error.isChance, !tries.hasRepeated {
      tries.hasRepeated = true
      await write(writes, tries)
    } else if error.sqlState == .lockNotAvailable, writes.count > 1 {
      // One of them waits, most likely for another transaction that saves the same id.
      tries.waitsBriefly = true
      await writeHalves(writes, tries)
    } else if error.isOneRow, writes.count > 1 {
      // One of them is refused: it shall fail alone.
      await writeHalves(writes, tries)
    } else {
      fail(writes, error.lacksPartition ? HistoryError.noLongerKept : error)
    }
  }

  private func writeHalves(_ writes: [PendingWrite], _ tries: Tries) async {
    let half = writes.count / 2
    await write(Array(writes[..<half]), tries)
    await writeOn(Array(writes[half...]), tries)
  }

  /// Makes the partitions that writes need, and goes on with these; where it can't, with those of
  /// each month apart, for not all of them are missing.
  private func makePartitions(_ writes: [PendingWrite], _ tries: Tries) async {
    var tries = tries
    let byMonth = Dictionary(grouping: writes, by: \.month)
    do {
      try await partitions.make(months: byMonth.keys.compactMap(\.self))
      tries.partitions = .made
      await write(writes, tries)
    } catch {
      storeLog.warning("a partition that is needed could not be made: \(error)")
      guard byMonth.count > 1 else { return fail(writes, HistoryError.noPartition) }
      tries.partitions = .failed
      for writes in byMonth.values { await writeOn(writes, tries) }
    }
  }

  /// Writes what is left of a batch, a part of which has been answered: what waited for that part
  /// is another writer's meanwhile.
  func writeOn(_ writes: [PendingWrite], _ tries: Tries = Tries()) async {
    queue.wakeAnother()
    await write(writes, tries)
  }

  private func fail(_ writes: [PendingWrite], _ error: any Error) {
    finish(writes.map { ($0, .failure(error)) })
  }
}

extension PendingWrite {
  /// The month in which the execution that it saves was created; nil where it saves none.
  fileprivate var month: Month? {
    guard case .save(let digested) = operation else { return nil }
    return Month(of: digested.save.execution.createdAt)
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
