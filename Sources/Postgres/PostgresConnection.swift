internal import CLibpq
public import Reactor

/// One session with the server, living on one loop. Statements are pipelined: those that are
/// asked for together travel together, and their answers come in order.
///
/// It holds itself until ``close()`` or until the connection breaks.
public final class PostgresConnection {
  /// Where the transactions of pipelined statements end.
  public struct Pipelining: Sendable {
    let isShared: Bool
    /// Whether no more than one statement is under way, which can be cancelled for that.
    let isCancellable: Bool
    /// All statements of a turn of the loop share one Sync, and with it one implicit transaction.
    /// A statement that fails costs only itself: those behind it, which the server passes over,
    /// are sent again with a Sync each. Only for statements that change nothing.
    public static let shared = Pipelining(isShared: true, isCancellable: false)
    /// Each statement has its own Sync, is its own transaction, and is answered when that has been
    /// committed.
    public static let separate = Pipelining(isShared: false, isCancellable: false)
    /// As ``separate``, but a statement is sent only when the one before it has been answered, and
    /// the server is told to end it when its task is cancelled. For statements that may take long.
    public static let cancellable = Pipelining(isShared: false, isCancellable: true)
  }

  /// What waits to be sent.
  enum Work {
    case request(Request)
    case transaction(Turn)

    /// Whether it was answered before its time came: its task was cancelled.
    var isResolved: Bool {
      switch self {
      case .request(let request): request.isResolved
      case .transaction(let turn): turn.isResolved
      }
    }
  }

  /// The wait for the connection; an error where it was in vain.
  typealias Turn = Waiter<PostgresError?>

  /// What the server still has to answer, in order.
  enum Expectation {
    case parse(Request)
    case result(Request)
    case sync
  }

  /// The loop that it lives on.
  public let eventLoop: EventLoop
  let handle: ConnectionHandle
  let pipelining: Pipelining
  var watch: DescriptorWatch?
  var waiting = Queue<Work>()
  /// Parts of a transaction that wait for its statement before them; only where one statement is
  /// under way at a time.
  var held = Queue<[Request]>()
  var inFlight = Queue<Expectation>()
  /// Answered, but not yet known to be committed.
  var uncommitted: [Request] = []
  /// Passed over by the server, to be sent again after the Sync.
  var aborted: [Request] = []
  /// The names of the statements that are, or are being, prepared.
  var prepared: Set<String> = []
  /// Whether a transaction has the connection to itself.
  var isExclusive = false
  var sendsAtTurnEnd = false
  /// Whether some of what waits is not waited for.
  var hasWithdrawn = false
  /// How many statements are under way whose tasks were cancelled: their answers will be dropped.
  public internal(set) var abandoned = 0
  /// Whether the server is being told to cancel what is under way. Nothing is sent meanwhile.
  var isCancelling = false
  /// While the server is being told, when to give up; after that, when to tell it again.
  var cancelTimer: LoopTimer?
  let cancelLimit: Duration
  /// What each transaction begins with; nil where the session keeps its settings, and what is
  /// prepared in it.
  let transactionSettings: TransactionSettings?
  /// When the server last gave a sign of life, or was first asked.
  var lastProgress = Duration.zero
  private var silenceCheck: LoopTimer?
  private var lost: ((PostgresError) -> Void)?
  /// Whether statements can be sent.
  public private(set) var isOpen = true

  /// How many statements and transactions are waiting or under way.
  public var load: Int {
    waiting.count + held.count + inFlight.count + (isExclusive ? 1 : 0) + (isCancelling ? 1 : 0)
  }

  /// Connects; `lost` is told once when the connection breaks, but not after ``close()``.
  public static func connect(
    to options: PostgresOptions, pipelining: Pipelining = .shared, on eventLoop: EventLoop,
    lost: ((PostgresError) -> Void)? = nil
  ) async throws(PostgresError) -> PostgresConnection {
    let handle = try await ConnectionHandle.connect(to: options, on: eventLoop)
    let connection = PostgresConnection(
      handle, pipelining, options, on: eventLoop, lost: lost)
    do {
      let watch = try eventLoop.watch(descriptor: PQsocket(handle.pq)) { [connection] in
        connection.isReady($0)
      }
      watch.interest = .readable
      connection.watch = watch
    } catch {
      throw PostgresError(.connection, "the socket can't be watched (\(error))")
    }
    connection.checkSilence(limit: options.silenceLimit)
    return connection
  }

  private init(
    _ handle: ConnectionHandle, _ pipelining: Pipelining, _ options: PostgresOptions,
    on eventLoop: EventLoop, lost: ((PostgresError) -> Void)?
  ) {
    self.handle = handle
    self.pipelining = pipelining
    cancelLimit = options.connectTimeout
    transactionSettings = options.transactionSettings
    self.eventLoop = eventLoop
    self.lost = lost
  }

  /// Runs a statement and returns its rows.
  ///
  /// When the task is cancelled this throws at once, as ``PostgresError/Kind/cancelled``: what was
  /// not sent never is, and what was sent runs on, its answer dropped, or is cancelled as
  /// ``Pipelining/cancellable`` has it.
  public func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    let request = Request(statement, parameters, isRepeatable: true)
    let outcome = await request.wait(on: eventLoop) {
      self.cancel(request)
    } begin: {
      enqueue(.request(request))
    }
    return try outcome.get()
  }

  func enqueue(_ work: Work) {
    waiting.append(work)
    guard isOpen else {
      failAll(PostgresError(.connection, "the connection is closed"))
      return
    }
    sendSoon()
  }

  private func isReady(_ readiness: Readiness) {
    if readiness.contains(.readable) { receive() }
    if isOpen, readiness.contains(.writable) { flush() }
  }

  /// Gives up a server that is silent while an answer is due: its host may be gone.
  private func checkSilence(limit: Duration?) {
    guard let limit else { return }
    silenceCheck = eventLoop.timer(after: .seconds(1), repeating: .seconds(1)) { [unowned self] in
      if !inFlight.isEmpty, eventLoop.now - lastProgress > limit {
        lose(PostgresError(.timeout, "no answer came in time"))
      }
    }
  }

  // MARK: The end

  /// Closes the connection. What is under way fails.
  public func close() {
    lost = nil
    lose(PostgresError(.connection, "the connection was closed"))
  }

  /// Ends the connection and resolves, once, all that waits for it.
  func lose(_ error: PostgresError) {
    guard isOpen else { return }
    isOpen = false
    // The watch before the descriptor, which goes with the handle.
    watch?.close()
    watch = nil
    handle.finish()
    silenceCheck?.cancel()
    silenceCheck = nil
    cancelTimer?.cancel()
    cancelTimer = nil
    failAll(error)
    lost.take()?(error)
  }

  private func failAll(_ error: PostgresError) {
    var requests = uncommitted
    uncommitted = []
    for expectation in inFlight.removeAll() {
      if case .result(let request) = expectation { requests.append(request) }
    }
    requests += aborted
    aborted = []
    requests += held.removeAll().joined()
    abandoned = 0
    var turns: [Turn] = []
    for work in waiting.removeAll() {
      switch work {
      case .request(let request): requests.append(request)
      case .transaction(let turn): turns.append(turn)
      }
    }
    for request in requests { request.fail(error) }
    for turn in turns { turn.resolve(error) }
  }
}
