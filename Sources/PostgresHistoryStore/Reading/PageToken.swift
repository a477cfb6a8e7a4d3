package import Crypto
package import WorkflowHistory

/// Where a page ended, for the next to go on from: opaque to callers, and good only for the user
/// and the filters that it was made for.
package struct PageToken: Equatable {
  /// The last execution of the page.
  package var last: ExecutionID

  private static let version: UInt8 = 1

  /// The token as text.
  package func encoded(for query: HistoryQuery, key: SymmetricKey) -> String {
    TokenTag.token(Self.version, last.bytes, of: Self.question(query), key: key)
  }

  /// A token for what comes after `last`.
  package init(last: ExecutionID) { self.last = last }

  /// The token in a text; nil where it was not made with this key for this user and these filters.
  package init?(_ text: String, for query: HistoryQuery, key: SymmetricKey) {
    guard
      let bytes = TokenTag.position(
        Self.version, in: text, of: Self.question(query), key: key), bytes.count == 16
    else { return nil }
    last = ExecutionID(bytes: bytes)
  }

  private static func question(_ query: HistoryQuery) -> CanonicalBytes {
    var fields = CanonicalBytes(
      ExecutionFilter(
        userID: query.userID, workflowID: query.workflowID, workflowType: query.workflowType,
        statuses: query.statuses, createdAfter: query.createdAfter,
        createdBefore: query.createdBefore))
    if query.isAbandonedOnly { fields.add(8, [1] as [UInt8]) }
    return fields
  }
}
