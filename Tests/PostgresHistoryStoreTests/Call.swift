import Reactor
import WorkflowHistory

@testable import PostgresHistoryStore

/// A call in a task of its own.
final class Call<Answer> {
  private var outcome: Result<Answer, any Error>?
  private var task: LoopTask?

  init(on eventLoop: EventLoop, _ body: @escaping () async throws -> Answer) {
    task = eventLoop.start {
      do { self.outcome = .success(try await body()) } catch { self.outcome = .failure(error) }
    }
  }

  /// Whether it has ended.
  var isOver: Bool { outcome != nil }

  func cancel() { task?.cancel() }

  /// The error that it ends with.
  func failure() async -> (any Error)? {
    await task?.wait()
    if case .failure(let error)? = outcome { return error }
    return nil
  }

  /// What it returns.
  func answer() async throws -> Answer {
    await task?.wait()
    guard let outcome else { preconditionFailure("a task that ended without an outcome") }
    return try outcome.get()
  }
}

extension PostgresHistoryStore {
  /// Begins to save `row`, in a task of its own.
  func beginSave(_ row: WorkflowExecution) -> Call<WorkflowExecution> {
    Call(on: eventLoop) { try await self.save(PostgresHistoryStoreTests.save(row)) }
  }

  /// Begins to delete, in a task of its own.
  func beginDelete(
    _ id: ExecutionID, reach: Reach = .anyone, expectedVersion: Int32? = nil
  ) -> Call<Void> {
    let deletion = ExecutionDeletion(id: id, expectedVersion: expectedVersion)
    return Call(on: eventLoop) { try await self.delete(deletion, reach: reach) }
  }

  /// Begins to update, in a task of its own, whatever the version.
  func beginUpdate(
    _ id: ExecutionID, reach: Reach = .anyone, _ fields: ExecutionFields,
    _ mask: Set<ExecutionUpdate.Field>
  ) -> Call<WorkflowExecution> {
    let update = ExecutionUpdate(
      id: id, mask: mask, fields: fields, expectedVersion: nil, allowsReopen: true)
    return Call(on: eventLoop) { try await self.update(update, reach: reach, now: testNow) }
  }
}
