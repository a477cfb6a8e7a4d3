/// Where executions are kept. Each loop has a store of its own, which lives on that loop.
///
/// Values that reach it have passed the domain's rules. Every method throws ``HistoryError``;
/// or `CancellationError`, at once, when its task is cancelled: a write that was sent to the database
/// by then may take effect all the same.
public protocol HistoryStore {
  /// Saves a new execution and returns it as stored.
  ///
  /// A row with the same id, user and digest is returned as it is now; with another digest the
  /// save is `alreadyExists`, and another user's row is `permissionDenied`.
  func save(_ save: ExecutionSave) async throws -> WorkflowExecution

  /// Begins to save executions, each as ``save(_:)`` does, for itself.
  func begin(_ saves: [ExecutionSave]) -> any PendingSaves

  /// Reads the row, lets `update` make its successor under a lock on it, and stores that.
  ///
  /// `notFound`, or `permissionDenied` where the row is out of `reach`, before `update` is asked.
  func update(_ update: ExecutionUpdate, reach: Reach, now: Timestamp) async throws
    -> WorkflowExecution

  /// Takes note that the execution is still run.
  ///
  /// `notFound`, or `permissionDenied` where the row is out of `reach`; `failedPrecondition` where the
  /// execution is not RUNNING.
  func heartbeat(_ heartbeat: ExecutionHeartbeat, reach: Reach) async throws

  /// Deletes the row, for good: a later save of its id makes a new one.
  ///
  /// `notFound`, or `permissionDenied` where the row is out of `reach`, before its version is asked
  /// for: `aborted` where that is not the expected one.
  func delete(_ deletion: ExecutionDeletion, reach: Reach) async throws

  /// Returns one execution with its documents: `notFound`, or `permissionDenied` where it is out
  /// of `reach`.
  func execution(_ id: ExecutionID, reach: Reach) async throws -> WorkflowExecution

  /// Returns a page, newest first.
  func history(_ query: HistoryQuery) async throws -> HistoryPage

  /// Begins to tell of changes, by whichever server they are made: `outOfRange` where what comes after
  /// the query's token is not kept any more.
  func watch(_ query: WatchQuery) async throws -> any HistoryWatch

  /// Hands over all executions of a query, by their ids, as they all were at one instant: part by part,
  /// each when `take` has taken the one before.
  ///
  /// `resourceExhausted` where these or others are handed over already, `aborted` where a part is not taken for a minute,
  /// `deadlineExceeded` when it all takes more than six hours; and what `take` throws.
  func export(
    _ query: ExportQuery, to take: @escaping (ExportPart) async throws -> Void
  ) async throws

  /// The same store for reads that must see every write that was acknowledged before they began,
  /// whoever made it. Other reads may lag behind, by as much as what they are read from does.
  var consistent: any HistoryStore { get }

  /// Adds up the executions of a window.
  func statistics(_ query: WindowQuery) async throws -> WorkflowStatistics

  /// Returns what ``PerformanceMetrics`` are made of for a window.
  func performanceMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics
}

/// Saves that are under way.
public protocol PendingSaves: AnyObject {
  /// Waits until all have ended, and returns what became of each: nil where it is saved, else the error
  /// that ``HistoryStore/save(_:)`` would throw.
  ///
  /// - Throws: `CancellationError`, at once, when its task is cancelled.
  func outcomes() async throws -> [HistoryError?]

  /// Gives up those that were not yet sent to the database. Nobody waits for them any more.
  func cancel()
}

/// A watch that was begun, which lives on its store's loop.
public protocol HistoryWatch: AnyObject {
  /// Waits for changes, and now and then returns none, for the token. The first are none.
  ///
  /// - Throws: `HistoryError`: `unavailable` where the store's server stops or its database is away,
  ///   `outOfRange` where what comes next is not kept any more; `CancellationError`, at once, when its
  ///   task is cancelled.
  func next() async throws -> WatchedChanges

  /// Ends it.
  func cancel()
}

/// Whose rows a caller may reach by id.
public enum Reach: Hashable, Sendable {
  /// Only this user's.
  case user(String)
  /// Any user's.
  case anyone

  /// Whether the rows of a user are among them: of exactly this one, as the database has it.
  func includes(_ userID: String) -> Bool {
    switch self {
    case .user(let own): ExactText(own) == ExactText(userID)
    case .anyone: true
    }
  }
}
