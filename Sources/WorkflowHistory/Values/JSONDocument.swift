public import JSON

/// One JSON value (RFC 8259) that Postgres' jsonb can keep.
///
/// Two documents are equal where their texts are: `[1,2]` and `[1, 2]` differ.
public struct JSONDocument: Sendable {
  /// How deep arrays and objects may nest.
  public static let depthLimit = 64
  /// How many characters a number may have when it is written out without an exponent.
  public static let numberLimit = 400

  /// The JSON text.
  public let utf8: [UInt8]
  /// How many bytes the text has once jsonb has rendered it: white space dropped, a space after
  /// each `,` and `:`, escapes resolved, numbers written out.
  ///
  /// It is exact but for duplicate keys, of which jsonb keeps one: then it is an upper bound.
  public let renderedSize: Int

  /// The document with this text, unchecked: for text that comes from the database, which is
  /// rendered already.
  public init(uncheckedUTF8 utf8: [UInt8]) {
    self.utf8 = utf8
    self.renderedSize = utf8.count
  }

  /// The document with this text, if it is one JSON value that jsonb can keep.
  ///
  /// Refused: what RFC 8259 does not allow, bytes that are not UTF-8, the escape `\u0000`, half a
  /// surrogate pair, nesting past ``depthLimit`` and a number past ``numberLimit``. The cost grows
  /// with the text's length alone.
  public init(checking utf8: [UInt8]) throws(JSONError) {
    var checker = JSONChecker(depthLimit: Self.depthLimit, numberLimit: Self.numberLimit)
    try checker.check(utf8.span)
    self.utf8 = utf8
    self.renderedSize = utf8.count + checker.growth
  }
}

extension JSONDocument {
  /// The document with the value that begins in `text` at `position`, with white space before it at most;
  /// `position` moves past it. Refused is what ``init(checking:)`` refuses.
  public init(in text: [UInt8], at position: inout Int) throws(JSONError) {
    let start = position
    var checker = JSONChecker(depthLimit: Self.depthLimit, numberLimit: Self.numberLimit)
    try checker.checkValue(text.span, at: &position)
    self.utf8 = Array(text[start..<position].drop { isSpace($0) })
    self.renderedSize = position - start + checker.growth
  }
}

extension JSONDocument: Hashable {
  /// Whether the texts are the same.
  public static func == (a: JSONDocument, b: JSONDocument) -> Bool { a.utf8 == b.utf8 }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(utf8) }
}
