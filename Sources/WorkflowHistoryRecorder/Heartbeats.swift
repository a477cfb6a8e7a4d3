internal import Logging
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryClient
internal import WorkflowHistoryMessages

/// Says of the runs of a recorder that they go on: of each once the server knows it, and then in every
/// interval.
struct Heartbeats: Sendable {
  /// Within how many intervals another must come.
  private static let intervals = 3
  private static let timeouts: ClosedRange<Double> = 1...86_400

  private let client: WorkflowHistoryClient
  private let running: RunningRuns
  private let interval: Duration
  private let clock: RecorderClock
  private let tally: Tally
  private let logger: Logger
  /// While the server is away, a few calls try again, however many runs go on.
  private let turns = Turns(8)

  init(
    _ client: WorkflowHistoryClient, of running: RunningRuns, every interval: Duration,
    _ clock: RecorderClock, _ tally: Tally, _ logger: Logger
  ) {
    self.client = client
    self.running = running
    self.interval = interval
    self.clock = clock
    self.tally = tally
    self.logger = logger
  }

  /// A heartbeat, with the time within which another comes.
  func request(_ id: ExecutionID) -> HeartbeatWorkflowExecutionRequest {
    let seconds = (interval.inSeconds * Double(Self.intervals)).rounded(.up)
    let timeout = min(max(seconds, Self.timeouts.lowerBound), Self.timeouts.upperBound)
    return HeartbeatWorkflowExecutionRequest(id: id, timeoutSeconds: Int32(timeout))
  }

  /// The server knows of this run. It may have ended, or be another process's.
  func begin(_ id: ExecutionID) {
    running.beginHeartbeats(of: id) { Task { await run(id) } }
  }

  private func run(_ id: ExecutionID) async {
    while await send(id) {
      guard (try? await clock.sleep(interval)) != nil else { return }
    }
  }

  /// Returns whether another is to follow.
  private func send(_ id: ExecutionID) async -> Bool {
    await turns.take()
    defer { turns.give() }
    guard !Task.isCancelled else { return false }
    do throws(WorkflowHistoryError) {
      _ = try await client.heartbeat(request(id))
      return true
    } catch {
      // Where it has ended here meanwhile, that is why.
      guard running.contains(id) else { return false }
      if error.passes {
        logger.debug(
          "a heartbeat was not taken", metadata: ["execution": "\(id)", "reason": "\(error)"])
        return true
      }
      noteRefused(id, error)
      return false
    }
  }

  private func noteRefused(_ id: ExecutionID, _ error: WorkflowHistoryError) {
    let metadata: Logger.Metadata = ["execution": "\(id)", "reason": "\(error)"]
    if error.code == .failedPrecondition || error.code == .notFound {
      tally.note(\.endedElsewhere)
      logger.warning("somebody else has ended an execution that goes on", metadata: metadata)
    } else {
      logger.error("an execution has no heartbeats", metadata: metadata)
    }
  }
}
