public import Logging
public import PrivateFiles
internal import Synchronization
internal import WorkflowHistory
public import WorkflowHistoryClient

/// Records runs of an executor, each as an execution, whether or not the server is there.
///
/// What it records goes to a spool on disk first and from there to the server, in order and once, while
/// the runs go on: they never wait for the server. What is left when the process ends, or is killed, the
/// next one on the same spool delivers, or another that runs meanwhile. Any number of processes may use
/// one spool, on a local file system, also those of the Python client.
///
/// It never fails a run: what it can't record is logged, and in ``counts``. Its one error is
/// ``SpoolFull``, and only where that is asked for. ``close(timeout:)`` it at the end, before its client.
public final class ExecutionRecorder: Sendable {
  /// How often what other processes left behind is looked for.
  private static let takeOverInterval = Duration.seconds(60)

  private let recording: Recording
  private let running = RunningRuns()
  private let tally = Tally()
  private let options: RecorderOptions
  private let clock: RecorderClock
  /// What happens beside the runs.
  private let background: [Task<Void, Never>]

  /// Begins to deliver, what earlier processes left too.
  ///
  /// - Parameters:
  ///   - client: what makes the calls, with a timeout, or a server that hangs holds everything up.
  ///   - spool: the folder of the spool, which is made. Throws where it can't be.
  ///   - logger: is told of what is not recorded or not delivered.
  public convenience init(
    client: WorkflowHistoryClient, spool: String, options: RecorderOptions = RecorderOptions(),
    logger: Logger = Logger(label: "workflow-history-recorder")
  ) throws(FileError) {
    try self.init(client: client, spool: spool, options: options, logger: logger, clock: .system)
  }

  /// A recorder by this clock.
  init(
    client: WorkflowHistoryClient, spool: String, options: RecorderOptions, logger: Logger,
    clock: RecorderClock
  ) throws(FileError) {
    var generator = SystemRandomNumberGenerator()
    let name = ExecutionID.make(at: clock.now(), using: &generator).description
    let recording = try Recording(
      root: spool, name: name, options, running, tally, logger)
    let heartbeats = options.heartbeatInterval.map { [running, tally] interval in
      Heartbeats(client, of: running, every: interval, clock, tally, logger)
    }
    let delivery = Delivery(
      client: client, recording: recording, heartbeats: heartbeats, options: options, clock: clock,
      tally: tally, outage: Outage(logger))
    background = [
      Task { await delivery.run() },
      Task {
        while (try? await clock.sleep(Self.takeOverInterval)) != nil { await recording.takeOver() }
      },
    ]
    self.recording = recording
    self.options = options
    self.clock = clock
  }

  deinit { for task in background { task.cancel() } }

  /// What it has done so far.
  public var counts: RecorderCounts { tally.counts }

  /// Records what `body` does: RUNNING from its beginning on, then COMPLETED; or FAILED with whatever it
  /// throws, which is thrown on. A run that is cancelled and throws so has failed, with `CancellationError`
  /// as its error.
  ///
  /// - Parameters:
  ///   - workflowType: the kind of workflow.
  ///   - workflowID: the workflow that is run.
  ///   - userID: whose the run is; nil: the options'.
  ///   - input: what the run is given.
  ///   - metadata: what is to be kept beside it.
  ///   - body: the run. Its errors alone are thrown, and ``SpoolFull`` where that is asked for.
  public func record<Output>(
    workflowType: String, workflowID: String, userID: String? = nil, input: RunDocument? = nil,
    metadata: RunDocument? = nil, _ body: (ExecutionRun) async throws -> Output
  ) async throws -> Output {
    let run = ExecutionRun(clock)
    var fields = ExecutionFields()
    fields.status = .running
    fields.startTime = run.startedAt
    (fields.workflowType, fields.workflowID) = (workflowType, workflowID)
    fields.userID = userID ?? options.userID
    try await recording.begin(
      run.executionID, fields, RunDocuments(input: input, metadata: metadata))
    do {
      let output = try await body(run)
      await end(run, nil)
      return output
    } catch {
      await end(run, error)
      throw error
    }
  }

  private func end(_ run: ExecutionRun, _ error: (any Error)?) async {
    let (fields, documents) = run.ending(error)
    await recording.end(run.executionID, fields, documents)
  }

  /// Returns once the server has all that was recorded, or when the task is cancelled.
  public func delivered() async { await recording.idle.wait() }

  /// Delivers for so long at most, and leaves the rest to the next process. Runs that still go on are no
  /// longer recorded.
  public func close(timeout: Duration = .seconds(5)) async {
    await recording.makeSafe()
    await withTaskGroup { group in
      group.addTask { await self.delivered() }
      group.addTask { [clock] in try? await clock.sleep(timeout) }
      await group.next()
      group.cancelAll()
    }
    for task in background { task.cancel() }
    for task in background { await task.value }
    await running.endHeartbeats()
    await recording.close()
  }
}
