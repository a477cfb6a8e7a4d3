internal import Crypto
internal import TextEncoding

/// What keeps page tokens from being made up, or used for other questions: a version, where the page
/// ended, and half an HMAC-SHA256 over both and the question, as base64url.
enum TokenTag {
  private static let length = 16

  /// The token of a page that ended at `position`.
  static func token(
    _ version: UInt8, _ position: [UInt8], of question: CanonicalBytes, key: SymmetricKey
  ) -> String {
    Base64URL.encode([version] + position + tag(version, position, question, key))
  }

  /// Where the page of a token ended; nil where the token was not made with this key and version, for
  /// this question.
  static func position(
    _ version: UInt8, in token: String, of question: CanonicalBytes, key: SymmetricKey
  ) -> [UInt8]? {
    guard let bytes = Base64URL.decode(token), bytes.count > length, bytes[0] == version else {
      return nil
    }
    let position = Array(bytes[1..<(bytes.count - length)])
    // Each byte is looked at, so that the time taken does not tell how many are right.
    let difference = zip(bytes.suffix(length), tag(version, position, question, key)).reduce(
      UInt8(0)
    ) { $0 | ($1.0 ^ $1.1) }
    return difference == 0 ? position : nil
  }

  private static func tag(
    _ version: UInt8, _ position: [UInt8], _ question: CanonicalBytes, _ key: SymmetricKey
  ) -> [UInt8] {
    var fields = CanonicalBytes()
    fields.add(0, [version])
    fields.add(1, position)
    return Array(
      HMAC<SHA256>.authenticationCode(for: fields.bytes + question.bytes, using: key)
        .prefix(length))
  }
}
