internal import Metrics
internal import Reactor
internal import WorkflowHistory

/// How many exports run on a loop, one for each user and one for all, and for how long each may.
///
/// An export holds a connection, and a snapshot, on account of which nothing that was deleted or updated
/// since is tidied up.
final class ExportTurns {
  /// How many may run at once.
  private static let limit = 4
  /// How long a part may wait to be taken.
  static let patience = Duration.seconds(60)
  /// How long it may all take.
  static let duration = Duration.seconds(6 * 3600)

  private let eventLoop: EventLoop
  /// Whose executions are being exported; nil for those of all users.
  private var running: Set<ExactText?> = []

  private let refusals = Counter.ofLimit("exports")

  init(on eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Begins an export of a user's executions, or of all users', which has to be ended.
  ///
  /// - Throws: `resourceExhausted` where there are enough, or one of the same.
  func begin(userID: String?) throws(HistoryError) -> ExportTurn {
    let user = userID.map { ExactText($0) }
    guard running.count < Self.limit, running.insert(user).inserted else {
      refusals.increment()
      throw .tooManyExports
    }
    return ExportTurn(on: eventLoop) { self.running.remove(user) }
  }
}

/// An export that runs.
final class ExportTurn {
  private let eventLoop: EventLoop
  private let began: Duration
  /// Lets others export, once it is over.
  let end: () -> Void

  init(on eventLoop: EventLoop, end: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.end = end
    began = eventLoop.now
  }

  /// Hands over a part.
  ///
  /// - Throws: `aborted` where it was not taken in time; `deadlineExceeded` where all of it took too long.
  func hand(
    _ part: ExportPart, to take: @escaping (ExportPart) async throws -> Void
  ) async throws {
    var taken: Result<Void, any Error>?
    let taking = eventLoop.start {
      do { taken = .success(try await take(part)) } catch { taken = .failure(error) }
    }
    var isLate = false
    let limit = eventLoop.timer(after: ExportTurns.patience) {
      isLate = true
      taking.cancel()
    }
    defer { limit.cancel() }
    await eventLoop.withCancellation(cancelled: { taking.cancel() }) { await taking.wait() }
    if isLate { throw HistoryError.untakenExport }
    try taken?.get()
    guard eventLoop.now - began < ExportTurns.duration else { throw HistoryError.longExport }
  }
}

extension HistoryError {
  fileprivate static let tooManyExports = HistoryError(
    .resourceExhausted, "these or others are exported already: try again later",
    retryAfter: exhaustionDelay)
  fileprivate static let untakenExport = HistoryError(
    .aborted, "nothing of the export was taken for a minute: begin again")
  fileprivate static let longExport = HistoryError(
    .deadlineExceeded, "the export took more than six hours: ask for a shorter created range")
}
