internal import Crypto
internal import Foundation
internal import JWTKit

/// Tells whether signatures of one algorithm are one key's.
protocol SignatureCheck: Sendable {
  /// Whether the signature is that of these bytes.
  func isGood(_ signature: [UInt8], of signed: [UInt8]) -> Bool
}

/// A shared secret's (RFC 7518, section 3.2), in a time that does not tell how much was right.
struct SecretCheck<Digest: HashFunction>: SignatureCheck {
  let secret: SymmetricKey

  func isGood(_ signature: [UInt8], of signed: [UInt8]) -> Bool {
    HMAC<Digest>.isValidAuthenticationCode(signature, authenticating: signed, using: secret)
  }
}

/// A public key's (RFC 7518, sections 3.3 to 3.5; RFC 8037).
struct PublicKeyCheck: SignatureCheck {
  let algorithm: any JWTAlgorithm

  func isGood(_ signature: [UInt8], of signed: [UInt8]) -> Bool {
    (try? algorithm.verify(signature, signs: signed)) ?? false
  }
}

extension SigningKey {
  /// By the algorithms' names: each needs as many bytes as its digest has.
  var checks: [String: any SignatureCheck] {
    var checks: [String: any SignatureCheck] = ["HS256": SecretCheck<SHA256>(secret: secret)]
    if secret.bitCount >= 384 { checks["HS384"] = SecretCheck<SHA384>(secret: secret) }
    if secret.bitCount >= 512 { checks["HS512"] = SecretCheck<SHA512>(secret: secret) }
    return checks
  }
}
