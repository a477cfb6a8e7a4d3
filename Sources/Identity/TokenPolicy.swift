/// What a token's claims are held against beyond what every token must satisfy.
public struct TokenPolicy: Equatable, Sendable {
  /// The `iss` that is asked for; nil takes any, or none.
  public var issuer: String?
  /// What `aud` must hold; nil takes any, or none.
  public var audience: String?
  /// How far clocks may differ when `exp` and `nbf` are judged.
  public var leeway: Duration

  /// States a policy; by default any issuer and audience, with no leeway.
  public init(issuer: String? = nil, audience: String? = nil, leeway: Duration = .zero) {
    self.issuer = issuer
    self.audience = audience
    self.leeway = leeway
  }

  /// The leeway in seconds, as claims count time.
  var leewaySeconds: Double { leeway / .seconds(1) }
}
