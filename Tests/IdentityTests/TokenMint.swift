import Crypto
import Foundation
import TextEncoding

@testable import Identity

/// Makes tokens of any shape, good or bad, by hand.
enum TokenMint {
  static let secret = Array("a secret of exactly thirty-two b".utf8)
  static let otherSecret = Array("another secret of 32 characters!".utf8)

  static func token(
    header: String = #"{"alg":"HS256","typ":"JWT"}"#, _ payload: String,
    secret: [UInt8] = secret
  ) -> String {
    let signed =
      Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(signed.utf8), using: SymmetricKey(data: secret))
    return signed + "." + Base64URL.encode(Array(code))
  }
}

/// A clock that stands still until it is set.
final class StoppedClock {
  var seconds: Double

  init(_ seconds: Double) { self.seconds = seconds }

  var now: Date { Date(timeIntervalSince1970: seconds) }
}

/// What the tests call now, in seconds since 1970.
let testNow = 1_800_000_000.0

func makeVerifier(
  policy: TokenPolicy = TokenPolicy(), cacheCapacity: Int = 16,
  clock: StoppedClock = StoppedClock(testNow)
) throws -> TokenVerifier {
  TokenVerifier(
    TokenTrust(keys: KeySet(secrets: [try SigningKey(secret: TokenMint.secret)])), policy: policy,
    cacheCapacity: cacheCapacity,
    clock: { clock.now })
}
