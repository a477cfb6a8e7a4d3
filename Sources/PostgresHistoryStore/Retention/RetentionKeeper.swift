internal import Logging
internal import Metrics
public import Postgres
public import Reactor
public import WorkflowHistory

/// Holds a database to a retention policy, every hour.
public enum RetentionKeeper {
  private static let interval = Duration.seconds(3600)

  /// Begins at once, and goes on for as long as the loop runs. Servers may do so side by side: each
  /// finds what another has left.
  ///
  /// What it takes away is counted by `workflow_history.retention.executions`, and said in the log.
  public static func keep(
    _ policy: RetentionPolicy, _ database: PostgresOptions, on eventLoop: EventLoop,
    now: @escaping () -> Timestamp
  ) {
    let counter = Counter(
      label: "workflow_history.retention.executions", factory: MetricsSystem.factory)
    _ = RecurringWork(every: interval, on: eventLoop) {
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
