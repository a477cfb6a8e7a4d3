internal import Reactor
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func save(_ save: ExecutionSave) async throws -> WorkflowExecution {
    try await write(.save(save, digest: SaveDigest.of(save.sent)))
  }

  /// As ``HistoryStore`` asks.
  public func update(_ update: ExecutionUpdate, reach: Reach, now: Timestamp) async throws
    -> WorkflowExecution
  {
    try await write(.update(update, reach: reach, now: now))
  }

  /// Puts a write into the queue and waits for its answer: it is committed when this returns.
  private func write(_ operation: PendingWrite.Operation) async throws -> WorkflowExecution {
    try await answering {
      var write: PendingWrite?
      var isCancelled = false
      let answer = await eventLoop.withCancellableContinuation {
        isCancelled = true
        if let write { self.writes.cancel(write) }
      } _: { continuation in
        let added = PendingWrite(operation, answering: continuation)
        write = added
        if isCancelled {
          added.answer(.failure(CancellationError()))
        } else {
          self.writes.add(added, near: self.writers.map(\.number))
        }
      }
      return try answer.get()
    }
  }
}
