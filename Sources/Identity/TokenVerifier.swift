public import Foundation
internal import TextEncoding

/// Verifies access tokens (JWT) and remembers those that were good.
///
/// It is not Sendable: each loop has its own.
public final class TokenVerifier {
  /// The longest token that is looked at, in bytes.
  public static let maximumTokenSize = 8192

  private let trust: TokenTrust
  private let policy: TokenPolicy
  private let clock: () -> Date
  private var cache: TokenCache
  /// Of which generation the contents are, and what is remembered.
  private var generation: UInt64 = 0
  private var contents: TokenTrust.Contents

  /// Makes a verifier.
  /// - Parameters:
  ///   - trust: the keys, and what was revoked.
  ///   - cacheCapacity: how many verified tokens are remembered, at least 2.
  ///   - clock: tells the time by which `exp` and `nbf` are judged.
  public init(
    _ trust: TokenTrust, policy: TokenPolicy = TokenPolicy(), cacheCapacity: Int = 4096,
    clock: @escaping () -> Date = { Date() }
  ) {
    self.trust = trust
    self.policy = policy
    self.clock = clock
    cache = TokenCache(capacity: cacheCapacity)
    contents = trust.current
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
    refresh()
    return cache.principal(for: token, now: clock().timeIntervalSince1970)
  }

  /// Forgets everything where other keys are trusted than were.
  private func refresh() {
    let latest = trust.generation
    guard latest != generation else { return }
    generation = latest
    contents = trust.current
    cache.removeAll()
  }

  /// The caller whose certificate has these names, where one is listed that was not revoked.
  public func principal(certificateNames names: [String]) -> Principal? {
    guard !names.isEmpty else { return nil }
    refresh()
    guard let principal = contents.identities.principal(names: names),
      !contents.revocations.contains(user: principal.userID, tokenID: nil)
    else { return nil }
    return principal
  }

  /// Verifies a token.
  ///
  /// - Parameter mayHaveExpired: whether one is good too that has expired, and nothing else is wrong with.
  public func verify(
    bearer token: String, mayHaveExpired: Bool = false
  ) throws(TokenError) -> Principal {
    guard token.utf8.count <= Self.maximumTokenSize else { throw .tooLong }
    let bytes = Array(token.utf8)
    if let principal = cachedPrincipal(for: bytes.span) { return principal }
    let claims = try claims(of: bytes)
    let judged = try claims.principal(
      policy: policy, now: clock().timeIntervalSince1970, mayHaveExpired: mayHaveExpired)
    guard
      !contents.revocations.contains(
        user: judged.principal.userID, tokenID: claims.tokenID?.text)
    else { throw .revoked }
    if !mayHaveExpired { cache.remember(judged.principal, for: bytes, until: judged.expiry) }
    return judged.principal
  }

  /// The claims of a token whose signature is good.
  private func claims(of token: [UInt8]) throws(TokenError) -> Claims {
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]),
      let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
    else { throw .malformed }
    let signed = Array(token[..<parts[1].endIndex])
    try contents.keys.check(signature, of: signed, by: TokenHeader(header))
    guard !JSONNames.hasDuplicate(payload) else { throw .duplicateName }
    guard let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)) else {
      throw .malformed
    }
    return claims
  }
}
