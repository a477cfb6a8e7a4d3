extension Claims {
  /// Judges claims whose signature is good.
  /// - Parameter now: seconds since 1970.
  /// - Returns: the caller, and when the token expires in seconds since 1970.
  func principal(
    policy: TokenPolicy, now: Double, mayHaveExpired: Bool = false
  ) throws(TokenError) -> (principal: Principal, expiry: Double) {
    if let type, type != .string("access") { throw .notAccessToken }
    guard let end = expiry?.seconds else { throw .noExpiry }
    guard mayHaveExpired || now < end + policy.leewaySeconds else { throw .expired }
    if let notBefore {
      guard let start = notBefore.seconds, start <= now + policy.leewaySeconds else {
        throw .notYetValid
      }
    }
    if let wanted = policy.issuer, issuer != .string(wanted) { throw .wrongIssuer }
    if let wanted = policy.audience {
      switch audience {
      case .string(wanted): break
      case .strings(let audiences) where audiences.contains(wanted): break
      default: throw .wrongAudience
      }
    }
    return (Principal(userID: try user(), scopes: try scopes()), end)
  }

  private func user() throws(TokenError) -> String {
    let claimed = try Self.userName(userID)
    let subject = try Self.userName(subject)
    if let claimed, let subject, !claimed.utf8.elementsEqual(subject.utf8) {
      throw .conflictingUsers
    }
    guard let user = claimed ?? subject else { throw .noUser }
    return user
  }

  /// A user as text. Two names are the same user only if their Unicode scalars are: the database
  /// compares them so, where Swift's `==` would take composed and decomposed letters for equal.
  private static func userName(_ claim: ClaimValue?) throws(TokenError) -> String? {
    switch claim {
    case nil: return nil
    case .integer(let digits): return digits
    case .string(let text):
      let scalars = text.unicodeScalars
      guard !scalars.isEmpty, scalars.count <= 255, !scalars.contains("\0") else { throw .badUser }
      return text
    default: throw .badUser
    }
  }

  private func scopes() throws(TokenError) -> Set<Scope> {
    switch scope {
    case nil: []
    case .string(let text): Set(text.split(separator: " ").map { Scope(rawValue: String($0)) })
    case .strings(let texts): Set(texts.map(Scope.init(rawValue:)))
    default: throw .badScope
    }
  }
}
