internal import Crypto
internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// A watch: it reads the log by itself until it has come to its end, and is told what comes by the hub
/// from then on. Where its caller reads too slowly for that, it reads by itself again.
final class LiveWatch: HistoryWatch {
  private let query: WatchQuery
  private let hub: WatchHub
  private let rows: WatchedRows
  private let tokenKey: SymmetricKey
  /// Whose changes it tells; nil: those of all users.
  let user: ExactText?
  /// How far its caller was told.
  private var position: WatchPosition
  /// What is still to be told, in order.
  private var pending: [WatchedChange] = []
  /// All that is to be told of the transactions before is pending, or was told.
  private var reached: TransactionID
  private var isLive = false
  /// Whether the caller is owed a token.
  private var owesToken = true
  private var failure: (any Error)?
  private var waiting: CheckedContinuation<Void, Never>?

  /// How many changes wait for a caller before it is left to read by itself.
  private static let pendingLimit = 1_024
  /// How many are told at once: with error messages of 64 KiB they make a response of 2 MiB.
  private static let batchLimit = 32
  /// After how long a caller is given a token where nothing is told.
  private static let tokenInterval = Duration.seconds(30)

  init(
    _ query: WatchQuery, from position: WatchPosition, hub: WatchHub, rows: WatchedRows,
    tokenKey: SymmetricKey
  ) throws {
    self.query = query
    self.hub = hub
    self.rows = rows
    self.tokenKey = tokenKey
    user = query.userID.map { ExactText($0) }
    self.position = position
    reached = position.transaction
    try hub.add(self)
  }

  func cancel() { hub.remove(self) }

  // MARK: The caller's end

  /// Makes sure that what comes next is there to be read.
  func begin() async throws { try await readOn() }

  func next() async throws -> WatchedChanges {
    while true {
      if let failure { throw failure }
      if owesToken {
        owesToken = false
        return WatchedChanges(events: [], resumeToken: token(position))
      }
      if !pending.isEmpty {
        if let told = try await tell() { return told }
      } else if isLive {
        await wait()
        try Task.checkCancellation()
      } else {
        try await readOn()
      }
    }
  }

  /// Tells the first of what is pending; nil where none of it meets the filters.
  private func tell() async throws -> WatchedChanges? {
    let changes = Array(pending.prefix(Self.batchLimit))
    let events = try await rows.events(of: changes, query) { self.token($0.position) }
    // It may have been left behind meanwhile: then it reads anew from where it was.
    guard pending.count >= changes.count, pending[0] == changes[0] else { return nil }
    pending.removeFirst(changes.count)
    position = changes[changes.count - 1].position
    if pending.isEmpty, reached > position.transaction {
      position = WatchPosition(transaction: reached)
    }
    return events.isEmpty ? nil : WatchedChanges(events: events, resumeToken: token(position))
  }

  /// Reads what comes next, up to where the hub is.
  private func readOn() async throws {
    let slice = try await answering {
      try await WatchedSlice.read(from: reached, userID: query.userID, in: hub.pool)
    }
    for change in slice.changes where isWanted(change) { pending.append(change) }
    reached = slice.next
    if pending.isEmpty {
      position = WatchPosition(transaction: reached)
      // What was passed over need not be passed over again.
      owesToken = true
    }
    if slice.isLast { isLive = hub.join(self, at: reached) }
  }

  private func wait() async {
    let timer = hub.eventLoop.timer(after: Self.tokenInterval) {
      self.owesToken = true
      self.wake()
    }
    await hub.eventLoop.withCancellableContinuation {
      self.wake()
    } _: { continuation in
      if Task.isCancelled || failure != nil || !pending.isEmpty {
        continuation.resume()
      } else {
        waiting = continuation
      }
    }
    timer.cancel()
  }

  private func wake() { waiting.take()?.resume() }

  private func token(_ position: WatchPosition) -> String {
    position.token(for: query, key: tokenKey)
  }

  // MARK: The hub's end

  func take(_ change: WatchedChange) {
    guard isWanted(change) else { return }
    pending.append(change)
  }

  func reach(_ transaction: TransactionID) {
    reached = max(reached, transaction)
    guard pending.count <= Self.pendingLimit else { return fallBehind() }
    if pending.isEmpty { position = WatchPosition(transaction: reached) } else { wake() }
  }

  func fail(_ error: any Error) {
    failure = error
    hub.leave(self)
    wake()
  }

  private func fallBehind() {
    hub.leave(self)
    isLive = false
    pending = []
    reached = position.transaction
  }

  /// Whether it is to be told of a change that it does not know yet, as far as the log can say.
  private func isWanted(_ change: WatchedChange) -> Bool {
    guard change.transactionID >= reached, position.precedes(change),
      query.workflowID == nil || change.kind != .deleted
    else { return false }
    let createdAt = change.place.executionID.createdAt
    return query.workflowType.map { ExactText($0) == change.workflowType } ?? true
      && (query.statuses.isEmpty || query.statuses.contains(change.status))
      && (query.createdAfter.map { createdAt >= $0 } ?? true)
      && (query.createdBefore.map { createdAt < $0 } ?? true)
  }
}
