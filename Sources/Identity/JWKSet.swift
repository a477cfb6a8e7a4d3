internal import Foundation
internal import JWTKit
internal import TextEncoding

extension KeySet {
  /// The keys of a JWK Set (RFC 7517, section 5).
  ///
  /// RSA of 2048 bits and more, EC on P-256, P-384 and P-521, Ed25519, and shared secrets (`oct`).
  /// Where a key names its `alg`, it is good for that alone. Keys for something else than signatures
  /// (`use`, `key_ops`) and kinds that are not known here are passed over, as the RFC has it.
  ///
  /// - Throws: ``TrustError`` where it is no set, or one of its keys can't be used.
  public init(jwks: [UInt8]) async throws(TrustError) {
    self.init()
    let set: Entries
    do {
      set = try JSONDecoder().decode(Entries.self, from: Data(jwks))
    } catch {
      throw TrustError(description: "is no JWK Set: an object with an array \"keys\"")
    }
    for (index, entry) in set.keys.enumerated() where entry.isForSignatures {
      do {
        guard let checks = try await entry.checks, !checks.isEmpty else { continue }
        add(checks, id: entry.kid)
      } catch let error as TrustError {
        throw TrustError(description: "key \(index + 1): \(error.description)")
      } catch {
        throw TrustError(description: "key \(index + 1): is no good \(entry.kty) key")
      }
    }
    guard !isEmpty else { throw TrustError(description: "has no key for signatures") }
  }
}

/// A JWK Set as it stands in its file.
private struct Entries: Decodable {
  var keys: [Entry]
}

/// A key as it stands there.
private struct Entry: Decodable {
  var kty: String
  var kid: String?
  var alg: String?
  var use: String?
  var keyOperations: [String]?
  var crv: String?
  /// RSA.
  var n: String?
  var e: String?
  /// EC and OKP.
  var x: String?
  var y: String?
  /// A shared secret.
  var k: String?

  enum CodingKeys: String, CodingKey {
    case kty, kid, alg, use, crv, n, e, x, y, k
    case keyOperations = "key_ops"
  }

  var isForSignatures: Bool {
    (use ?? "sig") == "sig" && (keyOperations?.contains("verify") ?? true)
  }

  /// What it verifies, by the names; nil for a kind that is not known here.
  var checks: [String: any SignatureCheck]? {
    get async throws {
      switch kty {
      case "RSA": try await rsa()
      case "EC": try await elliptic()
      case "OKP": try await edwards()
      case "oct": try secret()
      default: nil
      }
    }
  }

  private func rsa() async throws -> [String: any SignatureCheck] {
    guard let n = Base64URL.decode(n ?? ""), e != nil else {
      throw TrustError(description: "an RSA key needs n and e")
    }
    guard n.drop(while: { $0 == 0 }).count >= 256 else {
      throw TrustError(description: "an RSA key needs 2048 bits (RFC 7518, section 3.3)")
    }
    return try await only(
      ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
      of: .rsa(nil, identifier: "key", modulus: self.n, exponent: e))
  }

  private func elliptic() async throws -> [String: any SignatureCheck]? {
    let curves: [String: (String, ECDSACurve)] = [
      "P-256": ("ES256", .p256), "P-384": ("ES384", .p384), "P-521": ("ES512", .p521),
    ]
    guard let (name, curve) = curves[crv ?? ""] else { return nil }
    return try await only(
      [name], of: .ecdsa(nil, identifier: "key", x: x, y: y, curve: curve))
  }

  private func edwards() async throws -> [String: any SignatureCheck]? {
    guard crv == "Ed25519" else { return nil }
    return try await only(
      ["EdDSA"], of: .octetKeyPair(nil, identifier: "key", x: x, y: nil, curve: .ed25519))
  }

  private func secret() throws -> [String: any SignatureCheck] {
    guard let bytes = Base64URL.decode(k ?? "") else {
      throw TrustError(description: "a secret needs k, in base64url")
    }
    let key: SigningKey
    do {
      key = try SigningKey(secret: bytes)
    } catch {
      throw TrustError(description: error.description)
    }
    return key.checks.filter { alg == nil || $0.key == alg }
  }

  /// Those of some algorithms that the key is for.
  private func only(_ names: [String], of key: JWK) async throws -> [String: any SignatureCheck] {
    var checks: [String: any SignatureCheck] = [:]
    for name in names where alg == nil || name == alg {
      // One for each: a collection stays with the first algorithm that a key is asked for.
      let collection = try await JWTKeyCollection().add(jwk: key)
      checks[name] = PublicKeyCheck(
        algorithm: try await collection.getKey(for: "key", alg: name))
    }
    return checks
  }
}
