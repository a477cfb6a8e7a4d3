/// The value of the `authorization` metadata.
public enum BearerToken {
  /// Takes the token out of `Bearer <token>` (RFC 6750, 2.1): the scheme in any case, one space or
  /// more, and nothing after the token.
  public static func parse(authorization value: String) throws(TokenError) -> String {
    let scheme = value.utf8.prefix(7)
    guard scheme.count == 7, String(scheme)?.lowercased() == "bearer " else {
      throw .notBearer
    }
    let token = value.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
    guard !token.isEmpty, token.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .notBearer }
    guard token.count <= TokenVerifier.maximumTokenSize else { throw .tooLong }
    return String(decoding: token, as: UTF8.self)
  }
}
