public import Reactor

/// A few connections of one loop to one server, each made anew when it breaks.
///
/// A statement goes to the connection with the least to do. While there is none, statements fail
/// at once. It holds itself until ``close()``.
public final class PostgresPool {
  private let eventLoop: EventLoop
  private let options: PostgresOptions
  private let pipelining: PostgresConnection.Pipelining
  private var slots: [Slot] = []
  private var isClosed = false
  private var turn = 0
  private var arrivals: [Waiter<PostgresError?>] = []
  private var lastFailure: PostgresError?

  /// A place for one connection.
  private final class Slot {
    var connection: PostgresConnection?
    /// When the connection was made.
    var since = Duration.zero
    var backoff = Backoff()
    var retry: LoopTimer?
  }

  /// Begins to connect.
  public init(
    _ options: PostgresOptions, connections: Int, pipelining: PostgresConnection.Pipelining,
    on eventLoop: EventLoop
  ) {
    precondition(connections > 0)
    self.options = options
    self.pipelining = pipelining
    self.eventLoop = eventLoop
    slots = (0..<connections).map { _ in Slot() }
    for slot in slots { connect(slot) }
  }

  /// Called when a connection stands, and when one is lost.
  public var connectionsChanged: (() -> Void)?

  /// Called with the reason when there is no connection any more, and with nil when there is one
  /// again: once for each outage, however many attempts fail in it.
  public var outage: ((PostgresError?) -> Void)?
  private var isOut = false

  /// How many connections it has when all stand.
  public var size: Int { slots.count }

  /// How many connections have something to do.
  public var busyConnections: Int { slots.count { ($0.connection?.load ?? 0) > 0 } }

  /// How many connections it has made.
  public private(set) var connectionsMade = 0
  /// How many times a connection could not be made, or broke.
  public private(set) var connectionFailures = 0

  /// How many connections stand.
  public var openConnections: Int { slots.count { $0.connection != nil } }

  /// How many statements and transactions are waiting or under way.
  public var load: Int { slots.reduce(0) { $0 + ($1.connection?.load ?? 0) } }

  /// Returns when a connection stands; throws when the next attempt at one fails, or the task is
  /// cancelled.
  public func connect() async throws(PostgresError) {
    guard openConnections == 0 else { return }
    guard !isClosed else { throw PostgresError(.connection, "the pool is closed") }
    let arrival = Waiter<PostgresError?>()
    let failure = await arrival.wait(on: eventLoop) {
      arrival.resolve(.cancelled)
      self.arrivals.removeAll { $0 === arrival }
    } begin: {
      arrivals.append(arrival)
    }
    if let failure { throw failure }
  }

  /// Runs a statement on one of the connections.
  public func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    try await leastLoaded().query(statement, parameters)
  }

  /// Runs a transaction on one of the connections, as ``PostgresConnection/transaction(mode:_:)`` does.
  public func transaction<T>(
    mode: Transaction.Mode = .readCommitted, _ body: (Transaction) async throws -> T
  ) async throws -> T {
    try await leastLoaded().transaction(mode: mode, body)
  }

  /// The connection with the least to do; of equals, another one each time: statements that begin
  /// in one turn choose before any of them counts.
  private func leastLoaded() throws(PostgresError) -> PostgresConnection {
    turn = (turn + 1) % slots.count
    var least: PostgresConnection?
    for offset in slots.indices {
      guard let connection = slots[(turn + offset) % slots.count].connection else { continue }
      if least.map({ connection.load < $0.load }) ?? true { least = connection }
    }
    if let least { return least }
    throw PostgresError(
      .connection, "there is no connection to the server", sqlState: lastFailure?.sqlState,
      detail: lastFailure?.debugDescription ?? "")
  }

  /// Closes the connections; what is under way fails.
  public func close() {
    isClosed = true
    for slot in slots {
      slot.retry?.cancel()
      slot.connection?.close()
      slot.connection = nil
    }
    arrived(PostgresError(.connection, "the pool is closed"))
  }

  // MARK: Connecting

  private func connect(_ slot: Slot) {
    slot.retry = nil
    eventLoop.start { await self.fill(slot) }
  }

  private func fill(_ slot: Slot) async {
    do throws(PostgresError) {
      let connection = try await PostgresConnection.connect(
        to: options, pipelining: pipelining, on: eventLoop
      ) { [weak self, eventLoop] failure in
        slot.connection = nil
        slot.backoff.stood(for: eventLoop.now - slot.since)
        self?.failed(slot, failure)
        self?.connectionsChanged?()
      }
      guard !isClosed else {
        connection.close()
        return
      }
      slot.since = eventLoop.now
      slot.connection = connection
      connectionsMade += 1
      arrived(nil)
      noteOutage(nil)
      connectionsChanged?()
    } catch {
      failed(slot, error)
    }
  }

  private func failed(_ slot: Slot, _ failure: PostgresError) {
    lastFailure = failure
    guard !isClosed else { return }
    connectionFailures += 1
    if openConnections == 0 {
      arrived(failure)
      noteOutage(failure)
    }
    let wait = slot.backoff.next(isStarting: failure.sqlState == .cannotConnectNow)
    slot.retry = eventLoop.timer(after: wait) { [self] in
      connect(slot)
    }
  }

  private func noteOutage(_ failure: PostgresError?) {
    guard isOut != (failure != nil) else { return }
    isOut = failure != nil
    outage?(failure)
  }

  private func arrived(_ failure: PostgresError?) {
    let waiting = arrivals
    arrivals = []
    for arrival in waiting { arrival.resolve(failure) }
  }
}
