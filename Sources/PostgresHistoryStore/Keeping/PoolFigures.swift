internal import Metrics
internal import Postgres
internal import Reactor

/// Tells each second how a loop's pool stands, as `workflow_history.postgres`, until ``end()``. What is told
/// of the pools of a role adds up.
final class PoolFigures {
  private let pool: PostgresPool
  private let size: Meter
  private let open: Meter
  private let busy: Meter
  private let statements: Meter
  private let made: Counter
  private let failures: Counter
  /// What was told of what only grows.
  private var told = (made: 0, failures: 0)
  private var timer: LoopTimer?

  private static let interval = Duration.seconds(1)

  /// - Parameter role: What the pool is for.
  init(
    _ pool: PostgresPool, role: String, on eventLoop: EventLoop,
    factory: any MetricsFactory = MetricsSystem.factory
  ) {
    func meter(_ label: String) -> Meter {
      Meter(
        label: "workflow_history.postgres." + label, dimensions: [("role", role)], factory: factory)
    }
    func counter(_ label: String) -> Counter {
      Counter(
        label: "workflow_history.postgres." + label, dimensions: [("role", role)], factory: factory)
    }
    self.pool = pool
    size = meter("pool_size")
    open = meter("connections")
    busy = meter("connections_busy")
    statements = meter("statements")
    made = counter("connections_made")
    failures = counter("connection_failures")
    timer = eventLoop.timer(after: .zero, repeating: Self.interval) { self.tell() }
  }

  private func tell() {
    size.set(pool.size)
    open.set(pool.openConnections)
    busy.set(pool.busyConnections)
    statements.set(pool.load)
    made.increment(by: pool.connectionsMade - told.made)
    failures.increment(by: pool.connectionFailures - told.failures)
    told = (pool.connectionsMade, pool.connectionFailures)
  }

  /// Tells for the last time.
  func end() {
    guard timer != nil else { return }
    tell()
    for meter in [size, open, busy, statements] { meter.set(0) }
    timer?.cancel()
    timer = nil
  }
}
