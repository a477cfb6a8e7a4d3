internal import Reactor
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func save(_ save: ExecutionSave) async throws -> WorkflowExecution {
    try await stored(.save(DigestedSave(save)))
  }

  /// As ``HistoryStore`` asks.
  public func begin(_ saves: [ExecutionSave]) -> any PendingSaves {
    SaveGroup(saves, into: writes, near: writers.map(\.number), on: eventLoop)
  }

  /// As ``HistoryStore`` asks.
  public func update(_ update: ExecutionUpdate, reach: Reach, now: Timestamp) async throws
    -> WorkflowExecution
  {
    try await stored(.update(update, reach: reach, now: now))
  }

  /// As ``HistoryStore`` asks. It is committed when this returns, and flushed to disk within a second.
  public func heartbeat(_ heartbeat: ExecutionHeartbeat, reach: Reach) async throws {
    _ = try await write(.heartbeat(heartbeat, reach: reach))
  }

  /// As ``HistoryStore`` asks.
  public func delete(_ deletion: ExecutionDeletion, reach: Reach) async throws {
    _ = try await write(.deletion(deletion, reach: reach))
  }

  /// The row that a write leaves.
  private func stored(_ operation: PendingWrite.Operation) async throws -> WorkflowExecution {
    guard let row = try await write(operation) else {
      throw HistoryError(.internal, "the execution was written and not answered")
    }
    return row
  }

  /// Puts a write into the queue and waits for its answer: it is committed when this returns.
  private func write(_ operation: PendingWrite.Operation) async throws -> WorkflowExecution? {
    try await answering {
      var write: PendingWrite?
      var isCancelled = false
      let answer = await eventLoop.withCancellableContinuation {
        isCancelled = true
        if let write { self.writes.cancel(write) }
      } _: { continuation in
        let added = PendingWrite(operation, answering: .call(continuation))
        write = added
        if isCancelled {
          added.answer(.failure(CancellationError()))
        } else {
          self.writes.add([added], near: self.writers.map(\.number))
        }
      }
      return try answer.get()
    }
  }
}
