/// The value of the `authorization` metadata.
public enum BearerToken {
  /// Takes the token out of `Bearer <token>` (RFC 6750, 2.1): the scheme in any case, one space or
  /// more, and nothing after the token.
  public static func parse(authorization value: String) throws(TokenError) -> String {
    let bytes = Array(value.utf8)
    guard let start = start(in: bytes.span), start < bytes.count else { throw .notBearer }
    let token = bytes[start...]
    guard token.count <= TokenVerifier.maximumTokenSize else { throw .tooLong }
    guard token.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .notBearer }
    return String(decoding: token, as: UTF8.self)
  }

  /// Where the token begins; nil where the scheme is another one.
  static func start(in value: Span<UInt8>) -> Int? {
    var start = 0
    for letter in "bearer".utf8 {
      guard start < value.count, value[start] | 0x20 == letter else { return nil }
      start += 1
    }
    let schemeEnd = start
    while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
    return schemeEnd < start ? start : nil
  }
}
