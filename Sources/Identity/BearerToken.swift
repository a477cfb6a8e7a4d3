/// The value of the `authorization` metadata.
public enum BearerToken {
  /// Takes the token out of `Bearer <token>` (RFC 6750, 2.1): the scheme in any case, one space or
  /// more, and nothing after the token.
  public static func parse(authorization value: String) throws(TokenError) -> String {
    // By span: every call comes this way, and a string's own view takes five times as long.
    let bytes = value.utf8Span.span
    var start = 0
    for letter in "bearer".utf8 {
      guard start < bytes.count, bytes[start] | 0x20 == letter else { throw .notBearer }
      start += 1
    }
    let schemeEnd = start
    while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
    guard schemeEnd < start, start < bytes.count else { throw .notBearer }
    guard bytes.count - start <= TokenVerifier.maximumTokenSize else { throw .tooLong }
    for index in start..<bytes.count {
      guard bytes[index] > 0x20, bytes[index] < 0x7f else { throw .notBearer }
    }
    return String(value[value.utf8.index(value.startIndex, offsetBy: start)...])
  }
}
