public import Foundation
internal import JWTKit

/// Verifies access tokens (JWT, HS256) and remembers those that were good.
///
/// It is not Sendable: each loop has its own.
public final class TokenVerifier {
  /// The longest token that is looked at, in bytes.
  public static let maximumTokenSize = 8192

  private let policy: TokenPolicy
  private let clock: () -> Date
  private let keys = JWTKeyCollection()
  private let key: SigningKey
  private var hasKey = false
  private var cache: TokenCache

  /// Makes a verifier for one key.
  /// - Parameters:
  ///   - cacheCapacity: how many verified tokens are remembered, at least 2.
  ///   - clock: tells the time by which `exp` and `nbf` are judged.
  public init(
    key: SigningKey, policy: TokenPolicy = TokenPolicy(), cacheCapacity: Int = 4096,
    clock: @escaping () -> Date = { Date() }
  ) {
    self.key = key
    self.policy = policy
    self.clock = clock
    cache = TokenCache(capacity: cacheCapacity)
  }

  /// The caller of a token that was verified before and has not expired; nil asks for
  /// ``verify(bearer:)``.
  ///
  /// - Parameter authorization: the value of the `authorization` metadata.
  public func cachedPrincipal(authorization: Span<UInt8>) -> Principal? {
    guard let start = BearerToken.start(in: authorization) else { return nil }
    return cachedPrincipal(for: authorization.extracting(start...))
  }

  private func cachedPrincipal(for token: Span<UInt8>) -> Principal? {
    cache.principal(for: token, now: clock().timeIntervalSince1970)
  }

  /// Verifies a token. One that is remembered is answered without suspending.
  public func verify(bearer token: String) async throws(TokenError) -> Principal {
    guard token.utf8.count <= Self.maximumTokenSize else { throw .tooLong }
    let bytes = Array(token.utf8)
    if let principal = cachedPrincipal(for: bytes.span) { return principal }
    try checkShape(token)
    if !hasKey {
      await keys.add(hmac: HMACKey(key: key.secret), digestAlgorithm: .sha256)
      hasKey = true
    }
    let claims: Claims
    do {
      claims = try await keys.verify(token, as: Claims.self)
    } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
      throw .badSignature
    } catch {
      throw .malformed
    }
    let judged = try claims.principal(policy: policy, now: clock().timeIntervalSince1970)
    cache.remember(judged.principal, for: bytes, until: judged.expiry)
    return judged.principal
  }

  private struct Header: Decodable {
    var alg: String
    var hasCritical: Bool

    enum CodingKeys: String, CodingKey { case alg, crit }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      alg = try container.decode(String.self, forKey: .alg)
      hasCritical = container.contains(.crit)
    }
  }

  /// What must hold before the signature is worth computing. jwt-kit takes any algorithm's name
  /// from the header and is lenient about base64url; both are strict here.
  private func checkShape(_ token: String) throws(TokenError) {
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]),
      Base64URL.decode(parts[1]) != nil, Base64URL.decode(parts[2]) != nil
    else { throw .malformed }
    guard let fields = try? JSONDecoder().decode(Header.self, from: Data(header)) else {
      throw .malformed
    }
    guard fields.alg == "HS256" else { throw .unsupportedAlgorithm }
    guard !fields.hasCritical else { throw .criticalExtension }
  }
}
