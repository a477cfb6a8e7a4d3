internal import Crypto
public import Postgres
public import Reactor
public import WorkflowHistory

/// Executions in Postgres: the ``HistoryStore`` of one loop, with connections of its own.
///
/// ``migrate(_:now:on:)`` comes first, once for all loops. It holds itself until ``close()``.
public final class PostgresHistoryStore: HistoryStore {
  /// How many connections a store has, and how much may wait for them.
  public struct Limits: Sendable {
    /// Connections for lookups and pages, whose statements are short and share a pipeline.
    public var readers = 2
    /// Connections that write what waits in the queue. The stores of other loops may have some
    /// too; a few do for all of a process.
    public var writers = 2
    /// Connections for totals, statistics and metrics, whose statements may be long.
    public var analysts = 1

    /// The default limits.
    public init() {}
  }

  let eventLoop: EventLoop
  let readers: PostgresPool
  let analysts: PostgresPool
  let writes: WriteQueue
  let writers: [BatchWriter]
  let partitions: PartitionMaker
  let changeLog: ChangeLogKeeper
  /// Nil until it was first needed.
  var pageTokenKey: SymmetricKey?
  var timers: [LoopTimer] = []

  /// A store in the database of `database`, whose time limits are replaced by the store's own.
  /// It begins to connect.
  ///
  /// - Parameter writes: what it saves and updates through: one queue for all stores of a process.
  public init(
    _ database: PostgresOptions, limits: Limits = Limits(), writes: WriteQueue = WriteQueue(),
    on eventLoop: EventLoop
  ) {
    self.eventLoop = eventLoop
    self.writes = writes
    var reading = database
    reading.statementTimeout = .seconds(5)
    // One plan for all parameters: pruning happens when it runs, and costs less than planning.
    reading.settings["plan_cache_mode"] = "force_generic_plan"
    var writing = reading
    writing.statementTimeout = .seconds(10)
    // One that waits for a row keeps all others waiting for its connection.
    writing.lockTimeout = .seconds(1)
    // A batch's rows are found one by one in the index, whatever the table's statistics say of it.
    for plan in ["enable_hashjoin", "enable_mergejoin", "enable_seqscan"] {
      writing.settings[plan] = "off"
    }
    var analysing = database
    analysing.statementTimeout = .seconds(30)
    analysing.lockTimeout = .seconds(5)
    analysing.settings["plan_cache_mode"] = "force_custom_plan"
    readers = PostgresPool(
      reading, connections: limits.readers, pipelining: .shared, on: eventLoop)
    analysts = PostgresPool(
      analysing, connections: limits.analysts, pipelining: .cancellable, on: eventLoop)
    let partitions = PartitionMaker(analysts)
    self.partitions = partitions
    changeLog = ChangeLogKeeper(analysts)
    writers = (0..<limits.writers).map { _ in
      BatchWriter(writing, from: writes, partitions: partitions, on: eventLoop)
    }
  }

  /// Waits until each kind of connection stands; throws when one can't be made.
  public func connect() async throws(PostgresError) {
    try await readers.connect()
    for writer in writers { try await writer.pool.connect() }
    try await analysts.connect()
  }

  /// Whether the database can be asked, and written to.
  public var isConnected: Bool {
    readers.openConnections > 0 && writes.isOpen
  }

  /// Calls `body` with ``isConnected``, now and whenever that may have changed.
  public func watchConnection(_ body: @escaping (Bool) -> Void) {
    let changed = { [weak self] in if let self { body(self.isConnected) } }
    readers.connectionsChanged = changed
    writes.observe(eventLoop.callback(changed))
    body(isConnected)
  }

  /// Closes the connections; what is under way fails as `unavailable`.
  public func close() {
    for timer in timers { timer.cancel() }
    timers = []
    readers.close()
    for writer in writers { writer.close() }
    analysts.close()
  }
}
