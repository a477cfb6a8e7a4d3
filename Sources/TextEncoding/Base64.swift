/// Base64 (RFC 4648, section 4): written without padding, read with or without.
public enum Base64 {
  private static let alphabet = Base64Alphabet(lastTwo: "+/")

  /// The text of some bytes.
  public static func encode(_ bytes: [UInt8]) -> String { alphabet.encode(bytes) }

  /// The bytes of a text; nil where it is not Base64. Bits that stand for nothing may be any.
  public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    var end = text.count
    while end > 0, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
    let padding = text.count - end
    guard padding == 0 || padding <= 2 && text.count % 4 == 0 else { return nil }
    return alphabet.decode(text.extracting(first: end))?.bytes
  }
}
