internal import Logging
internal import Postgres
internal import WorkflowHistory

extension HistoryError {
  /// How long to wait for a database that is away, or for a queue to empty.
  static let retryDelay = Duration.seconds(1)
  /// How long to wait for what somebody has to make room for.
  static let exhaustionDelay = Duration.seconds(30)

  /// What a caller may know of the database's error: nothing of its inside, and what to do.
  init(_ error: PostgresError) {
    switch (error.kind, error.sqlState) {
    case (.connection, .tooManyConnections?):
      self.init(
        .unavailable, "the database has no connection left: try again",
        retryAfter: Self.retryDelay)
    case (.connection, _), (.timeout, _):
      self.init(
        .unavailable, "the database is away: try again", retryAfter: Self.retryDelay)
    case (.server, .queryCanceled?):
      self.init(.deadlineExceeded, "the database took too long: ask for less, or later")
    case (.server, .lockNotAvailable?):
      self = .lockedExecution
    case (.server, let state?) where state.isConflict:
      self.init(
        .aborted, "the execution was changed by another call meanwhile: try again",
        retryAfter: Self.retryDelay)
    case (.server, let state?) where state.isExhaustion:
      self.init(
        .resourceExhausted, "the database has no room left: try again later",
        retryAfter: Self.exhaustionDelay)
    case (.server, .checkViolation?) where error.constraint == Self.sizeConstraint:
      self = .invalid("execution", "as rendered it is over 4128768 bytes (4 MiB - 64 KiB)")
    case (.server, .checkViolation?) where error.constraint == Self.timesConstraint:
      self = .invalid("execution.end_time", "it is before start_time")
    case (.server, let state?) where state.isUnavailability:
      self.init(
        .unavailable, "the database is not ready: try again", retryAfter: Self.retryDelay)
    case (.server, let state?) where state.isDataException:
      self = .invalid("execution", "it holds a value that the database can't keep")
    default:
      self.init(.internal, "the database failed")
    }
  }

  private static let sizeConstraint = "workflow_executions_rendered_size"
  private static let timesConstraint = "workflow_executions_times"

  /// No execution has the id.
  static let noSuchExecution = HistoryError(.notFound, "there is no such execution")
  /// Retention has dropped all executions of the time in the save's id.
  static let noLongerKept = invalid(
    "execution.id",
    "executions of its time are no longer kept; make a new id for a new execution")
  /// The execution was not to be had within the time that a write may wait for it.
  static let lockedExecution = HistoryError(
    .aborted, "the execution is being changed by another call: try again",
    retryAfter: retryDelay)
  /// The execution was locked, and yet not there to be written.
  static let lostExecution = HistoryError(
    .internal, "the execution was lost while it was locked")
  /// The table of the time in the save's id, or of the day's changes, could not be made.
  static let noPartition = HistoryError(
    .unavailable, "the database has no place for the execution yet: try again",
    retryAfter: retryDelay)
  /// The execution is somebody else's.
  static let foreignExecution = HistoryError(.permissionDenied, "the execution is not yours")
}

/// For operators: what a caller is not told. It holds no data.
let storeLog = Logger(label: "workflow-history.store")

/// Runs `body`, turning the database's errors into what a caller may know. Where the task was
/// cancelled, it throws `CancellationError`.
func answering<T>(_ body: () async throws -> T) async throws -> T {
  do { return try await body() } catch { throw answer(to: error) }
}

/// What a caller may know of an error.
func answer(to error: any Error) -> any Error {
  guard let error = error as? PostgresError else { return error }
  guard error.kind != .cancelled else { return CancellationError() }
  let answer = HistoryError(error)
  // The database's own faults: somebody has to look.
  if answer.code == .internal || error.sqlState?.isExhaustion == true { storeLog.error("\(error)") }
  return answer
}
