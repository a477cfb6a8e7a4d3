public import Foundation
internal import JWTKit

/// Makes access tokens, for the `token` command and for tests.
public struct TokenIssuer: Sendable {
  private let key: SigningKey
  private let policy: TokenPolicy

  /// Makes an issuer whose tokens a verifier with the same key and policy takes.
  public init(key: SigningKey, policy: TokenPolicy = TokenPolicy()) {
    self.key = key
    self.policy = policy
  }

  /// Signs a token with the claims `sub`, `iat`, `exp`, `type`, `jti`, and `scope`, `iss` and
  /// `aud` where there is something to say. Times are whole seconds, rounded down.
  ///
  /// Throws the ``TokenError`` that a verifier of the same policy would: for a user that is no
  /// user, and for a token that would be expired at once.
  public func sign(
    user: String, scopes: Set<Scope>, expiresIn lifetime: Duration, now: Date = Date()
  ) async throws -> String {
    let issued = Int64(now.timeIntervalSince1970.rounded(.down))
    let scope = scopes.map(\.rawValue).sorted().joined(separator: " ")
    let claims = Claims(
      subject: .string(user), type: .string("access"),
      scope: scope.isEmpty ? nil : .string(scope),
      issuer: policy.issuer.map(ClaimValue.string),
      audience: policy.audience.map(ClaimValue.string),
      issuedAt: .integer(String(issued)),
      expiry: .integer(
        String(Int64(clamping: Int128(issued) + Int128(lifetime.components.seconds)))),
      tokenID: .string(UUID().uuidString.lowercased()))
    // A token that our own verifier would refuse is refused here, before anybody carries it about.
    _ = try claims.principal(policy: policy, now: Double(issued))
    let keys = JWTKeyCollection()
    await keys.add(hmac: HMACKey(key: key.secret), digestAlgorithm: .sha256)
    return try await keys.sign(claims)
  }
}
