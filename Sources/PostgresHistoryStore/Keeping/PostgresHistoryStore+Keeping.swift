internal import Logging
internal import Metrics
internal import Postgres
internal import Reactor
public import WorkflowHistory

extension PostgresHistoryStore {
  /// How often the lags of the change log's readers are measured.
  private static let lagInterval = Duration.seconds(15)
  /// How often partitions are made and dropped.
  private static let partitionInterval = Duration.seconds(3600)

  /// Makes the partitions of the months around `now()` and of the change log's days from here on,
  /// and drops the days of the log that ended `changeLogRetention` ago and that all of its readers
  /// have passed; analyses tables that never were; removes heartbeats that are left of what has
  /// ended. One store of a process is enough. A partition that is missed all the same is made when a
  /// write first needs it.
  ///
  /// The readers' lags are the gauges `workflow_history.change_log.lag` (seconds) and
  /// `workflow_history.change_log.unread` (changes), by `reader`; no numbers while they can't be measured.
  public func keepPartitions(changeLogRetention: Duration, now: @escaping () -> Timestamp) {
    keep("the partitions could not be kept", every: Self.partitionInterval) {
      try await self.partitions.make(months: Month.around(now()))
      let dropped = try await self.changeLog.dropPassed(retention: changeLogRetention)
      if !dropped.isEmpty {
        self.log.notice("dropped of the change log: \(dropped.joined(separator: ", "))")
      }
      _ = try await self.planner.gatherMissing()
    }
    keep("heartbeats of what has ended could not be removed", every: Self.partitionInterval) {
      _ = try await HeartbeatSweep(pool: self.analysts.primary).run()
    }
    let lags = LagGauges(MetricsSystem.factory)
    keep("the change log's lag could not be measured", every: Self.lagInterval) {
      do { lags.tell(try await self.changeLog.lags()) } catch {
        lags.forget()
        throw error
      }
    }
  }

  /// Does something now and then, until the store is closed; says where it fails.
  private func keep(
    _ failure: String, every interval: Duration, _ body: @escaping () async throws -> Void
  ) {
    keeping.append(
      RecurringWork(every: interval, on: eventLoop) {
        do {
          try await body()
        } catch {
          // Tried again next time.
          self.log.warning("\(failure): \(error)")
        }
      })
  }
}
