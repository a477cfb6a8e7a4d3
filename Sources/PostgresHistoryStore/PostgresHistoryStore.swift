internal import Crypto
internal import Logging
public import Postgres
public import Reactor
public import WorkflowHistory

/// Executions in Postgres: the ``HistoryStore`` of one loop, with connections of its own.
///
/// ``migrate(_:now:on:)`` comes first, once for all loops. It holds itself until ``close()``.
public final class PostgresHistoryStore: HistoryStore {
  /// How many connections a store has, and for how long they wait.
  public struct Limits: Sendable {
    /// Connections for lookups and pages, whose statements are short and share a pipeline.
    public var readers = 2
    /// Connections that write what waits in the queue. The stores of other loops may have some
    /// too; a few do for all of a process.
    public var writers = 2
    /// Connections for totals, statistics and metrics, whose statements may be long.
    public var analysts = 1
    /// How long a write waits for a lock at most: it keeps all others waiting for its connection.
    public var lockWait = Duration.seconds(1)

    /// The default limits.
    public init() {}
  }

  let eventLoop: EventLoop
  let readers: HistoryReaders
  let analysts: HistoryReaders
  let writes: WriteQueue
  let writers: [BatchWriter]
  let partitions: PartitionMaker
  let changeLog: ChangeLogKeeper
  let planner: PlannerStatistics
  /// How content is sealed; nil where it is not.
  let sealing: PayloadSealing?
  var figureLimits = FigureLimits()
  let sharedStatistics: SharedReads<WorkflowStatistics>
  let sharedMetrics: SharedReads<PerformanceMetrics>
  let watches: WatchHub
  let exports: ExportTurns
  /// How an export connects.
  let exporting: PostgresOptions
  /// Nil until it was first needed.
  var pageTokenKey: SymmetricKey?
  var keeping: [RecurringWork] = []
  var figures: [PoolFigures] = []
  /// Where it says what became of the partitions and the change log.
  var log = storeLog
  private var ofPrimary: PostgresHistoryStore?

  /// A store in the database of `database`, whose time limits are replaced by the store's own.
  /// It begins to connect.
  ///
  /// - Parameters:
  ///   - replicas: servers that follow it, which take the reads while there are any.
  ///   - writes: what it writes through: one queue for all stores of a process.
  ///   - sealing: how content is sealed: one for all stores of a process; nil where it is not.
  public convenience init(
    _ database: PostgresOptions, replicas: PostgresOptions? = nil, limits: Limits = Limits(),
    writes: WriteQueue = WriteQueue(), sealing: PayloadSealing? = nil, on eventLoop: EventLoop
  ) {
    var reading = database
    reading.statementTimeout = .seconds(5)
    reading.idleTransactionTimeout = PostgresOptions.idleTransactionLimit
    // After a failover a read must not stay behind with a standby.
    reading.target = .readWrite
    // One plan for all parameters: pruning happens when it runs, and costs less than planning.
    reading.settings["plan_cache_mode"] = "force_generic_plan"
    var analysing = reading
    analysing.statementTimeout = .seconds(30)
    analysing.lockTimeout = .seconds(5)
    var writing = reading
    writing.statementTimeout = .seconds(10)
    writing.lockTimeout = limits.lockWait
    // A batch's rows are found one by one in the index, whatever the table's statistics say of it.
    for plan in ["enable_hashjoin", "enable_mergejoin", "enable_seqscan"] {
      writing.settings[plan] = "off"
    }
    // So are rows that are looked up, and heartbeats, of which there may be none when the plan is made.
    reading.settings["enable_seqscan"] = "off"
    // A filter that few meet may have a statement read all there is.
    var exporting = reading
    exporting.statementTimeout = .seconds(600)
    // The last part is read while the one before it waits to be taken.
    exporting.idleTransactionTimeout = ExportTurns.patience * 2 + .seconds(10)
    for plan in ["enable_sort", "enable_bitmapscan"] { exporting.settings[plan] = "off" }
    func readers(
      like options: PostgresOptions, _ connections: Int,
      _ pipelining: PostgresConnection.Pipelining
    ) -> HistoryReaders {
      let following = replicas.map { replicas in
        var following = options
        following.conninfo = replicas.conninfo
        following.target = .any
        following.shufflesHosts = true
        return following
      }
      func pool(_ options: PostgresOptions) -> PostgresPool {
        PostgresPool(options, connections: connections, pipelining: pipelining, on: eventLoop)
      }
      return HistoryReaders(primary: pool(options), replicas: following.map(pool))
    }
    let analysts = readers(like: analysing, limits.analysts, .cancellable)
    self.init(
      readers: readers(like: reading, limits.readers, .shared), analysts: analysts, writes: writes,
      writers: (0..<limits.writers).map { _ in
        BatchWriter(writing, from: writes, sealing: sealing, on: eventLoop)
      }, sealing: sealing, exporting: exporting, on: eventLoop)
    logOutages()
  }

  private init(
    readers: HistoryReaders, analysts: HistoryReaders, writes: WriteQueue,
    writers: [BatchWriter], sealing: PayloadSealing?, exporting: PostgresOptions,
    on eventLoop: EventLoop
  ) {
    self.eventLoop = eventLoop
    self.readers = readers
    self.analysts = analysts
    self.writes = writes
    self.writers = writers
    self.sealing = sealing
    sharedStatistics = SharedReads("statistics", on: eventLoop)
    sharedMetrics = SharedReads("metrics", on: eventLoop)
    watches = WatchHub(readers.primary, on: eventLoop)
    exports = ExportTurns(on: eventLoop)
    self.exporting = exporting
    partitions = PartitionMaker(analysts.primary)
    changeLog = ChangeLogKeeper(analysts.primary, on: eventLoop)
    planner = PlannerStatistics(analysts.primary)
  }

  /// As ``HistoryStore`` asks: on the same connections, without those to replicas.
  public var consistent: any HistoryStore { primaryStore }

  /// The same store without connections to replicas.
  var primaryStore: PostgresHistoryStore {
    if readers.replicas == nil { return self }
    if let ofPrimary { return ofPrimary }
    let store = PostgresHistoryStore(
      readers: readers.ofPrimary, analysts: analysts.ofPrimary, writes: writes, writers: [],
      sealing: sealing, exporting: exporting, on: eventLoop)
    ofPrimary = store
    return store
  }

  /// Tells operators of an outage once when it begins, with why, and once when it ends.
  private func logOutages() {
    readers.primary.outage = { failure in
      if let failure {
        // It may quote the connection string's host and user, but no data.
        storeLog.warning("the database is away: \(failure.debugDescription)")
      } else {
        storeLog.notice("the database is back")
      }
    }
  }

  /// Waits until each kind of connection stands; throws when one can't be made. Those to replicas
  /// may come later.
  public func connect() async throws(PostgresError) {
    try await readers.primary.connect()
    for writer in writers { try await writer.pool.connect() }
    try await analysts.primary.connect()
  }

  /// Whether the database can be asked, and written to.
  public var isConnected: Bool {
    readers.primary.openConnections > 0 && writes.isOpen
  }

  /// Calls `body` with ``isConnected``, now and whenever that may have changed.
  public func watchConnection(_ body: @escaping (Bool) -> Void) {
    let changed = { [weak self] in if let self { body(self.isConnected) } }
    readers.primary.connectionsChanged = changed
    writes.observe(eventLoop.callback(changed))
    body(isConnected)
  }

  /// Closes the connections; what is under way fails as `unavailable`.
  public func close() {
    for work in keeping { work.cancel() }
    keeping = []
    readers.close()
    for writer in writers { writer.close() }
    analysts.close()
    for figure in figures { figure.end() }
    figures = []
  }
}
