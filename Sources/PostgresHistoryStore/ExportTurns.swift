internal import Reactor
internal import WorkflowHistory

/// How many exports run on a loop, and for how long each may.
///
/// An export holds a connection, and a snapshot, on account of which nothing that was deleted or updated
/// since is tidied up.
final class ExportTurns {
  /// How many may run at once.
  private static let limit = 2
  /// How long a part may wait to be taken.
  static let patience = Duration.seconds(60)
  /// How long it may all take.
  static let duration = Duration.seconds(6 * 3600)

  private let eventLoop: EventLoop
  private var running = 0

  init(on eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Begins an export, which has to be ended.
  ///
  /// - Throws: `resourceExhausted` where there are enough.
  func begin() throws(HistoryError) -> ExportTurn {
    guard running < Self.limit else { throw .tooManyExports }
    running += 1
    return ExportTurn(on: eventLoop) { self.running -= 1 }
  }
}

/// An export that runs.
final class ExportTurn {
  private let eventLoop: EventLoop
  private let began: Duration
  private var release: (() -> Void)?

  init(on eventLoop: EventLoop, release: @escaping () -> Void) {
    self.eventLoop = eventLoop
    self.release = release
    began = eventLoop.now
  }

  func end() {
    release?()
    release = nil
  }

  /// Hands over a part.
  ///
  /// - Throws: `aborted` where it was not taken in time, in which case others may export by then;
  ///   `deadlineExceeded` where all of it took too long.
  func hand(_ part: ExportPart, to take: (ExportPart) async throws -> Void) async throws {
    let limit = eventLoop.timer(after: ExportTurns.patience) { self.end() }
    defer { limit.cancel() }
    try await take(part)
    guard release != nil else { throw HistoryError.untakenExport }
    guard eventLoop.now - began < ExportTurns.duration else { throw HistoryError.longExport }
  }
}

extension HistoryError {
  fileprivate static let tooManyExports = HistoryError(
    .resourceExhausted, "others export already: try again later", retryAfter: exhaustionDelay)
  fileprivate static let untakenExport = HistoryError(
    .aborted, "nothing of the export was taken for a minute: begin again")
  fileprivate static let longExport = HistoryError(
    .deadlineExceeded, "the export took more than six hours: ask for a shorter created range")
}
