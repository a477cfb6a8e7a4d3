public import Identity
internal import ProtobufMessages
public import RPC

extension TokenVerifier {
  /// Who calls: whose token it is, or without one, whose certificate.
  ///
  /// - Parameters:
  ///   - metadata: What the caller sent along.
  ///   - certificateNames: What the certificate of the connection says, where it is trusted.
  ///   - mayHaveExpired: Whether a token is good too that has expired, and nothing else is wrong with.
  ///   - lookups: What counts the token.
  /// - Throws: `UNAUTHENTICATED` where nobody vouches for the caller.
  public func caller(
    _ metadata: Metadata, certificateNames: [String], mayHaveExpired: Bool = false,
    lookups: TokenLookups? = nil
  ) throws(RPCStatus) -> Principal {
    let known = metadata.withOnly("authorization") { cachedPrincipal(authorization: $0) }
    if case .some(.some(let principal)) = known {
      lookups?.count(isKnown: true)
      return principal
    }
    if known != nil {
      lookups?.count(isKnown: false)
      return try principal(metadata, mayHaveExpired)
    }
    // Without a token the connection may say who calls.
    guard metadata["authorization"] == nil,
      let service = principal(certificateNames: certificateNames)
    else {
      throw RPCStatus(
        .unauthenticated, "the call needs one token, as `authorization: Bearer <token>`")
    }
    return service
  }

  private func principal(
    _ metadata: Metadata, _ mayHaveExpired: Bool
  ) throws(RPCStatus) -> Principal {
    do throws(TokenError) {
      let authorization = metadata["authorization"] ?? ""
      return try verify(
        bearer: try BearerToken.parse(authorization: authorization), mayHaveExpired: mayHaveExpired)
    } catch {
      throw RPCStatus(.unauthenticated, error.description)
    }
  }
}
