import ArgumentParser
import Identity

/// Whose tokens the server takes: `serve`'s flags for it.
struct AuthenticationOptions: ParsableArguments {
  @Option(
    name: .customLong("jwt-secret-file"),
    help: ArgumentHelp(
      """
      A file with a secret that signs tokens: HS256 from 32 bytes on, HS384 from 48, HS512 from 64. \
      Give it again for others that are good too. Default without --jwt-jwks-file: DIR/jwt/secret.
      """, valueName: "file"))
  var secretFiles: [String] = []

  @Option(
    name: .customLong("jwt-jwks-file"),
    help: ArgumentHelp(
      "A JWK Set with keys that sign tokens: RSA, EC, Ed25519 and shared secrets.",
      valueName: "file"))
  var jwksFile: String?

  @Option(
    name: .customLong("jwt-revocations-file"),
    help: ArgumentHelp(
      "A list of what is refused: on each line `jti ID` or `sub USER`.", valueName: "file"))
  var revocationsFile: String?

  @Option(
    name: .customLong("jwt-issuer"),
    help: ArgumentHelp("The `iss` that a token must have.", valueName: "text"))
  var issuer: String?

  @Option(
    name: .customLong("jwt-audience"),
    help: ArgumentHelp("What a token's `aud` must hold.", valueName: "text"))
  var audience: String?

  @Option(
    name: .customLong("jwt-leeway"),
    help: ArgumentHelp(
      "How far the clocks of those who sign may differ from the server's.", valueName: "time"))
  var leeway: Allowance?

  /// The files, where `secret` is the data directory's own.
  func files(secret: String) -> TrustFiles {
    TrustFiles(
      secrets: secretFiles.isEmpty && jwksFile == nil ? [secret] : secretFiles, jwks: jwksFile,
      revocations: revocationsFile)
  }

  /// What claims are held against.
  var policy: TokenPolicy {
    TokenPolicy(issuer: issuer, audience: audience, leeway: leeway?.duration ?? .zero)
  }

  func validate() throws {
    guard leeway?.duration ?? .zero <= .seconds(600) else {
      throw ValidationError("--jwt-leeway takes 10m at most")
    }
  }
}
