/// Base64 with the alphabet for URLs, and without padding (RFC 4648, section 5).
public enum Base64URL {
  private static let alphabet = Base64Alphabet(lastTwo: "-_")

  /// The text of some bytes.
  public static func encode(_ bytes: [UInt8]) -> String { alphabet.encode(bytes) }

  /// The bytes of a text; nil where it is not exactly what ``encode(_:)`` gives: there is no padding, no
  /// white space, and no bit that stands for nothing is set, so that no two texts stand for the same
  /// bytes.
  public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8Span.span) }

  /// The bytes of a text in UTF-8, likewise.
  public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? { decode(text.span) }

  private static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard let (bytes, rest) = alphabet.decode(text), rest == 0 else { return nil }
    return bytes
  }
}
