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
  /// What a token says for that; see ``WatchedSlice/mark``.
  private var mark: TransactionID
  private var isLive = false
  /// Whether more came than may wait for the caller.
  private var isOverfull = false
  /// Whether the caller is owed a token.
  private var owesToken = true
  private var tokenTimer: LoopTimer?
  private var failure: (any Error)?
  private var waiting: CheckedContinuation<Void, Never>?

  /// How many changes wait for a caller before it is left to read by itself.
  private static let pendingLimit = 1_024
  /// How many are told at once: with error messages of 64 KiB they make a response of 2 MiB.
  private static let batchLimit = 32
  /// How often a caller is given a token, also where nothing is told.
  private static let tokenInterval = Duration.seconds(30)

  init(
    _ query: WatchQuery, from position: WatchPosition, hub: WatchHub, rows: WatchedRows,
    tokenKey: SymmetricKey
  ) throws {
    self.query = query
    self.hub = hub
    self.rows = rows
    self.tokenKey = tokenKey
    user = query.filter.userID.map { ExactText($0) }
    self.position = position
    reached = position.transaction
    mark = position.transaction
    try hub.add(self)
    tokenTimer = hub.eventLoop.timer(
      after: Self.tokenInterval, repeating: Self.tokenInterval
    ) { [weak self] in
      self?.owesToken = true
      self?.wake()
    }
  }

  func cancel() {
    hub.remove(self)
    tokenTimer?.cancel()
    tokenTimer = nil
  }

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
    if pending.isEmpty, mark > position.transaction {
      position = WatchPosition(transaction: mark)
    }
    return events.isEmpty ? nil : WatchedChanges(events: events, resumeToken: token(position))
  }

  /// Reads what comes next, up to where the hub is.
  private func readOn() async throws {
    let slice = try await answering {
      try await WatchedSlice.read(
        from: reached, userID: query.filter.userID, limit: Self.pendingLimit, in: hub.pool)
    }
    for change in slice.changes where isWanted(change) { pending.append(change) }
    reached = slice.next
    mark = slice.mark
    if pending.isEmpty { position = WatchPosition(transaction: mark) }
    if slice.isLast { isLive = hub.join(self, at: reached) }
  }

  private func wait() async {
    await hub.eventLoop.withCancellableContinuation {
      self.wake()
    } _: { continuation in
      if Task.isCancelled || failure != nil || !pending.isEmpty || owesToken || !isLive {
        continuation.resume()
      } else {
        waiting = continuation
      }
    }
  }

  private func wake() { waiting.take()?.resume() }

  private func token(_ position: WatchPosition) -> String {
    position.token(for: query, key: tokenKey)
  }

  // MARK: The hub's end

  func take(_ change: WatchedChange) {
    guard !isOverfull, isWanted(change) else { return }
    isOverfull = pending.count == Self.pendingLimit
    if !isOverfull { pending.append(change) }
  }

  /// All that a slice has of it was told.
  func end(of slice: WatchedSlice) {
    guard !isOverfull else { return fallBehind() }
    reached = max(reached, slice.next)
    mark = max(mark, slice.mark)
    if pending.isEmpty { position = WatchPosition(transaction: mark) } else { wake() }
  }

  func fail(_ error: any Error) {
    failure = error
    hub.leave(self)
    wake()
  }

  private func fallBehind() {
    hub.leave(self)
    isLive = false
    isOverfull = false
    pending = []
    reached = position.transaction
    mark = position.transaction
    wake()
  }

  /// Whether it is to be told of a change that it does not know yet, as far as the log can say.
  private func isWanted(_ change: WatchedChange) -> Bool {
    guard change.transactionID >= reached, position.precedes(change),
      query.filter.workflowID == nil || change.kind != .deleted
    else { return false }
    let createdAt = change.place.executionID.createdAt
    return query.filter.workflowType.map { ExactText($0) == change.workflowType } ?? true
      && (query.filter.statuses.isEmpty || query.filter.statuses.contains(change.status))
      && (query.filter.createdAfter.map { createdAt >= $0 } ?? true)
      && (query.filter.createdBefore.map { createdAt < $0 } ?? true)
  }
}
