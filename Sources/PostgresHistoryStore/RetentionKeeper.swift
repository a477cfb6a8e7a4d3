internal import Logging
internal import Metrics
public import Postgres
public import Reactor
public import WorkflowHistory

/// Holds a database to a retention policy, every hour.
///
/// Servers may do so side by side: each finds what another has left. It holds itself until
/// ``close()``.
public final class RetentionKeeper {
  private let policy: RetentionPolicy
  private let database: PostgresOptions
  private let eventLoop: EventLoop
  private let now: () -> Timestamp
  private var work: RecurringWork?

  private static let interval = Duration.seconds(3600)

  /// A keeper that begins at once.
  ///
  /// What it takes away is counted by `workflow_history.retention.executions`, and said in the log.
  public init(
    _ policy: RetentionPolicy, _ database: PostgresOptions, on eventLoop: EventLoop,
    now: @escaping () -> Timestamp
  ) {
    self.policy = policy
    self.database = database
    self.eventLoop = eventLoop
    self.now = now
    work = RecurringWork(every: Self.interval, on: eventLoop) { await self.run() }
  }

  private func run() async {
    let counter = Counter(
      label: "workflow_history.retention.executions", factory: MetricsSystem.factory)
    do {
      try await RetentionRun.run(policy, database, now: now(), on: eventLoop) { outcome in
        counter.increment(by: outcome.executions)
        storeLog.notice("\(outcome)")
      }
    } catch {
      // Tried again next time.
      storeLog.warning("what is due could not be taken away: \(error)")
    }
  }

  /// Begins no more; a run that has begun goes on.
  public func close() {
    work?.cancel()
    work = nil
  }
}

extension RetentionRun.Outcome: CustomStringConvertible {
  /// What was done, in a line.
  public var description: String {
    switch action {
    case .dropped:
      "retention: dropped the partition of \(month), with \(executions) executions"
    case .deleted: "retention: deleted \(executions) executions of \(month)"
    case .isInUse:
      "retention: the partition of \(month) is due, and in use by long statements: next time"
    }
  }
}
