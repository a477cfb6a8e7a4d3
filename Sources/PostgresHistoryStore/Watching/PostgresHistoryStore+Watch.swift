internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks: from the primary, which alone knows what has ended.
  public func watch(_ query: WatchQuery) async throws -> any HistoryWatch {
    try await answering {
      let key = try await tokenKey()
      let position: WatchPosition
      if let token = query.resumeToken {
        guard let found = WatchPosition(token, for: query, key: key) else {
          throw HistoryError.foreignResumeToken
        }
        position = found
      } else {
        position = WatchPosition(transaction: try await WatchedSlice.end(in: readers.primary))
      }
      let watch = try LiveWatch(
        query, from: position, hub: watches,
        rows: WatchedRows(pool: readers.primary, sealing: sealing), tokenKey: key)
      do { try await watch.begin() } catch {
        watch.cancel()
        throw error
      }
      return watch
    }
  }

  /// Ends all watches, as `unavailable`, and refuses new ones: the server stops.
  public func endWatches() { watches.close() }
}

extension HistoryError {
  fileprivate static let foreignResumeToken = HistoryError.invalid(
    "resume_token", "it was not made for these users and filters: begin without one")
}
