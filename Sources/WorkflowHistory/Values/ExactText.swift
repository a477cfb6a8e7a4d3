/// Text that equals another where its bytes do, as a database has it; a `String` also equals one
/// that spells the same characters otherwise.
public struct ExactText: Hashable, Comparable, Sendable {
  /// The text.
  public let text: String

  /// The text, byte for byte.
  public init(_ text: String) { self.text = text }

  /// The text of these bytes, repaired where they are no UTF-8.
  public init(utf8: Span<UInt8>) {
    text = String(decoding: utf8.indices.map { utf8[$0] }, as: UTF8.self)
  }

  /// Whether it is these bytes.
  public func equals(utf8: Span<UInt8>) -> Bool {
    let own = text.utf8Span.span
    guard own.count == utf8.count else { return false }
    for index in own.indices where own[index] != utf8[index] { return false }
    return true
  }

  /// Whether the bytes are the same.
  public static func == (a: ExactText, b: ExactText) -> Bool {
    // Whatever spells ASCII's characters otherwise is longer.
    a.text == b.text && a.text.utf8.count == b.text.utf8.count
      && (a.text.utf8Span.isKnownASCII || a.text.utf8.elementsEqual(b.text.utf8))
  }

  /// By the bytes.
  public static func < (a: ExactText, b: ExactText) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  /// Texts with the same bytes are equal strings, and so have the same hash.
  public func hash(into hasher: inout Hasher) { text.hash(into: &hasher) }
}

extension ExactText: ExpressibleByStringLiteral {
  /// The text of a literal.
  public init(stringLiteral text: String) { self.init(text) }
}
