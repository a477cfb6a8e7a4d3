internal import Logging
internal import RPCClient
internal import Synchronization
internal import WorkflowHistoryClient

/// The waits of one call, or of a stream of them, while the server takes nothing.
struct Pauses {
  private let outage: Outage
  private let backoff: Backoff
  private var failures = 0

  init(_ outage: Outage, _ backoff: Backoff) {
    self.outage = outage
    self.backoff = backoff
  }

  /// What fails from here on fails for the first time.
  mutating func succeeded() {
    failures = 0
    outage.end()
  }

  /// Waits before the next attempt; throws when the task is cancelled.
  mutating func wait(after error: any Error) async throws {
    try Task.checkCancellation()
    outage.begin(error)
    failures += 1
    let asked = (error as? WorkflowHistoryError)?.retryDelay ?? .zero
    try await backoff.sleep(asked + backoff.delay(afterFailures: failures))
  }
}

/// Whether a recorder delivers, which is logged when it changes.
final class Outage: Sendable {
  private let logger: Logger
  private let isGoingOn = Mutex(false)

  init(_ logger: Logger) { self.logger = logger }

  func begin(_ reason: any Error) {
    let hasBegun = isGoingOn.withLock { isGoingOn in
      defer { isGoingOn = true }
      return !isGoingOn
    }
    logger.log(
      level: hasBegun ? .warning : .debug, "nothing is delivered for now",
      metadata: ["reason": "\(reason)"])
  }

  func end() {
    let hasEnded = isGoingOn.withLock { isGoingOn in
      defer { isGoingOn = false }
      return isGoingOn
    }
    if hasEnded { logger.notice("recorded executions are delivered again") }
  }
}
