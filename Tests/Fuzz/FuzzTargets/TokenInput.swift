import Crypto
import Foundation
import Identity

/// The first byte is even: the rest is an `authorization` field. Or it is odd: the rest is a
/// token's header and, after a byte of 0, its claims, which are signed here, so that what comes
/// after the signature is reached too.
enum TokenInput {
  private static let secret = Array("the secret with which inputs are signed".utf8)
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let isSigned = reader.byte() & 1 == 1
    let value =
      isSigned ? "Bearer " + sign(reader.text(), reader.text()) : reader.text()
    guard let key = try? SigningKey(secret: secret) else {
      throw BrokenPromise(description: "the key is none")
    }
    let trust = TokenTrust(keys: KeySet(secrets: [key]))
    let verifier = TokenVerifier(trust, cacheCapacity: 2, clock: { now })
    let token: String
    let principal: Principal
    do throws(TokenError) {
      token = try BearerToken.parse(authorization: value)
      principal = try verifier.verify(bearer: token)
    } catch {
      try promise(!isSigned || error != .badSignature, "a good signature is refused")
      return false
    }
    try promise(
      1...255 ~= principal.userID.unicodeScalars.count && !principal.userID.utf8.contains(0),
      "a token is for no user")
    // From the cache, unless it expires at once.
    let again = try? verifier.verify(bearer: token)
    try promise(again == principal, "a token is another's when it is verified again")
    return true
  }

  private static func sign(_ header: String, _ claims: String) -> String {
    let signed = base64URL(Data(header.utf8)) + "." + base64URL(Data(claims.utf8))
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(signed.utf8), using: SymmetricKey(data: secret))
    return signed + "." + base64URL(Data(code))
  }

  private static func base64URL(_ bytes: Data) -> String {
    bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
