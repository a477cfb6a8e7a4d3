package import Crypto
internal import TextEncoding
package import WorkflowHistory

/// Where a page ended, for the next to go on from: opaque to callers, and good only for the user
/// and the filters that it was made for.
///
/// As bytes: a version, the last id, and half an HMAC-SHA256 over both, the user and the filters.
package struct PageToken: Equatable {
  /// The last execution of the page.
  package var last: ExecutionID

  private static let version: UInt8 = 1
  private static let tagLength = 16

  /// The token as text.
  package func encoded(for query: HistoryQuery, key: SymmetricKey) -> String {
    Base64URL.encode([Self.version] + last.bytes + Self.tag(last, query, key))
  }

  /// A token for what comes after `last`.
  package init(last: ExecutionID) { self.last = last }

  /// The token in a text; nil where it was not made with this key for this user and these filters.
  package init?(_ text: String, for query: HistoryQuery, key: SymmetricKey) {
    guard let bytes = Base64URL.decode(text), bytes.count == 17 + Self.tagLength,
      bytes[0] == Self.version
    else { return nil }
    let words = [bytes[1..<9], bytes[9..<17]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    last = ExecutionID(high: words[0], low: words[1])
    // Each byte is looked at, so that the time taken does not tell how many are right.
    let difference = zip(bytes[17...], Self.tag(last, query, key)).reduce(UInt8(0)) {
      $0 | ($1.0 ^ $1.1)
    }
    guard difference == 0 else { return nil }
  }

  private static func tag(_ last: ExecutionID, _ query: HistoryQuery, _ key: SymmetricKey)
    -> [UInt8]
  {
    var fields = CanonicalBytes()
    fields.add(0, [version])
    fields.add(1, last.bytes)
    fields.add(2, query.userID)
    fields.add(3, query.workflowID)
    fields.add(4, query.workflowType)
    fields.add(5, query.statuses.map { UInt8($0.rawValue) }.sorted())
    fields.add(6, query.createdAfter?.microseconds)
    fields.add(7, query.createdBefore?.microseconds)
    return Array(HMAC<SHA256>.authenticationCode(for: fields.bytes, using: key).prefix(tagLength))
  }
}
