import Crypto
import PostgresHistoryStore
import WorkflowHistory

/// The first byte is even: the rest is a token's text, for a query that is always the same. Or it
/// is odd: the rest are a last id, a place in a token's text, what to put there, and a query.
enum PageTokenInput {
  private static let key = SymmetricKey(data: Array("the key with which inputs are told".utf8))

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    return reader.byte() & 1 == 0 ? try checkText(&reader) : try checkForgery(&reader)
  }

  /// There is one text for a token.
  private static func checkText(_ reader: inout InputReader) throws(BrokenPromise) -> Bool {
    let text = String(decoding: reader.rest, as: UTF8.self)
    let query = HistoryQuery(userID: "u")
    guard let token = PageToken(text, for: query, key: key) else { return false }
    let again = token.encoded(for: query, key: key)
    try promise(again.utf8.elementsEqual(text.utf8), "a token has two texts")
    return true
  }

  /// A text with another character, or for another query, is no token.
  private static func checkForgery(_ reader: inout InputReader) throws(BrokenPromise) -> Bool {
    let token = PageToken(last: ExecutionID(high: reader.word(), low: reader.word()))
    let place = Int(reader.byte())
    let replacement = reader.byte()
    let query = HistoryQuery(
      userID: reader.text(), workflowID: reader.text(), workflowType: reader.text(),
      statuses: Set(WorkflowStatus.allCases.filter { _ in reader.byte() & 1 == 1 }),
      createdAfter: Timestamp(microseconds: Int64(bitPattern: reader.word())))
    let text = token.encoded(for: query, key: key)
    try promise(PageToken(text, for: query, key: key) == token, "a token is not its own")

    var forged = Array(text.utf8)
    forged[place % forged.count] = replacement
    if !forged.elementsEqual(text.utf8) {
      let forgery = PageToken(String(decoding: forged, as: UTF8.self), for: query, key: key)
      try promise(forgery == nil, "a token that was changed is taken")
    }
    var other = query
    other.userID += "2"
    try promise(PageToken(text, for: other, key: key) == nil, "a token is good for another user")
    other = query
    other.workflowType = nil
    try promise(PageToken(text, for: other, key: key) == nil, "a token is good for another filter")
    return true
  }
}
