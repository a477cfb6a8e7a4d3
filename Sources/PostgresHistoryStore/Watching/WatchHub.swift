internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Reads the end of the change log for all watches of a loop, once for all of them, and only while there
/// are any.
final class WatchHub {
  let pool: PostgresPool
  let eventLoop: EventLoop
  /// Those that have come as far as it has, by whose changes they tell; nil: of all users.
  private var live: [ExactText?: [ObjectIdentifier: LiveWatch]] = [:]
  /// All, also those that read by themselves.
  private var all: [ObjectIdentifier: LiveWatch] = [:]
  /// All changes of the transactions before it were told; nil while nobody is live.
  private(set) var head: TransactionID?
  private var polling: LoopTask?
  /// Which polling it is: one that was ended may still be on its way.
  private var pollNumber = 0
  private var isClosed = false

  /// How often it looks for changes. A change is told so much later at most, once all transactions that
  /// were under way with it have ended.
  private static let interval = Duration.milliseconds(50)
  /// How often it tries to read once that has failed, until watches are told.
  private static let tries = 10
  private static let retryInterval = Duration.milliseconds(500)

  init(_ pool: PostgresPool, on eventLoop: EventLoop) {
    self.pool = pool
    self.eventLoop = eventLoop
  }

  // MARK: Watches

  func add(_ watch: LiveWatch) throws {
    guard !isClosed else { throw HistoryError.watchEnds }
    all[ObjectIdentifier(watch)] = watch
  }

  func remove(_ watch: LiveWatch) {
    all[ObjectIdentifier(watch)] = nil
    leave(watch)
  }

  /// Tells a watch from now on, if it has come as far as the others; it has read all before `position`.
  func join(_ watch: LiveWatch, at position: TransactionID) -> Bool {
    if let head, position < head { return false }
    live[watch.user, default: [:]][ObjectIdentifier(watch)] = watch
    if head == nil {
      head = position
      pollNumber += 1
      let number = pollNumber
      polling = eventLoop.start { await self.poll(number) }
    }
    return true
  }

  /// Tells a watch no more: it will read by itself.
  func leave(_ watch: LiveWatch) {
    live[watch.user]?[ObjectIdentifier(watch)] = nil
    if live[watch.user]?.isEmpty == true { live[watch.user] = nil }
    guard live.isEmpty else { return }
    head = nil
    pollNumber += 1
    polling?.cancel()
    polling = nil
  }

  /// Ends all watches: their callers go on elsewhere.
  func close() {
    isClosed = true
    for watch in all.values { watch.fail(HistoryError.watchEnds) }
  }

  // MARK: Reading

  private func poll(_ number: Int) async {
    var failures = 0
    while let head, number == pollNumber {
      do {
        let slice = try await WatchedSlice.read(from: head, in: pool)
        guard number == pollNumber else { return }
        failures = 0
        self.head = slice.next
        tell(slice)
        if slice.isLast { await eventLoop.sleep(for: Self.interval) }
      } catch {
        guard number == pollNumber else { return }
        failures += 1
        if error is PostgresError, failures < Self.tries {
          await eventLoop.sleep(for: Self.retryInterval)
          continue
        }
        let failure = answer(to: error)
        for watch in live.values.flatMap(\.values) { watch.fail(failure) }
      }
    }
  }

  private func tell(_ slice: WatchedSlice) {
    let ofAll = live[nil].map { Array($0.values) } ?? []
    for change in slice.changes {
      for watch in ofAll { watch.take(change) }
      guard let ofUser = live[change.userID] else { continue }
      for watch in ofUser.values { watch.take(change) }
    }
    for watch in live.values.flatMap(\.values) { watch.end(of: slice) }
  }
}

extension HistoryError {
  static let watchEnds = HistoryError(
    .unavailable, "this server stops: go on with the last resume_token",
    retryAfter: HistoryError.retryDelay)
}
