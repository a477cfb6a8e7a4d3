internal import Metrics

extension PostgresHistoryStore {
  /// Tells how its pools stand, as `workflow_history.postgres` by `role`, until the store is closed.
  public func tellFigures() {
    var pools = [("reader", readers.primary), ("analyst", analysts.primary)]
    pools += writers.map { ("writer", $0.pool) }
    pools += [("replica-reader", readers.replicas), ("replica-analyst", analysts.replicas)]
      .compactMap { role, pool in pool.map { (role, $0) } }
    figures = pools.map { PoolFigures($0.1, role: $0.0, on: eventLoop) }
  }
}

extension Counter {
  /// Counts how often clients are held to a limit of the store, as `workflow_history.limits.reached`.
  static func ofLimit(
    _ name: String, factory: any MetricsFactory = MetricsSystem.factory
  ) -> Counter {
    Counter(
      label: "workflow_history.limits.reached", dimensions: [("limit", name)], factory: factory)
  }
}
