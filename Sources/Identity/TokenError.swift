/// Why a token is refused. No description repeats any part of the token.
public enum TokenError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The authorization header is missing, or isn't `Bearer` and one token.
  case notBearer
  /// The token is longer than `TokenVerifier.maximumTokenSize`.
  case tooLong
  /// The token isn't three parts of base64url with JSON objects in the first two.
  case malformed
  /// A name stands twice in the header or among the claims.
  case duplicateName
  /// The header names an algorithm that no key is for, or none.
  case unsupportedAlgorithm
  /// The header's `kid` is that of no key.
  case unknownKey
  /// The header brings a key, or says where to find one: `jwk`, `jku`, `x5c` or `x5u`.
  case embeddedKey
  /// The header has `crit`: extensions that must be understood, and aren't (RFC 7515, 4.1.11).
  case criticalExtension
  /// The signature is none of the keys'.
  case badSignature
  /// The token, or its user, was revoked.
  case revoked
  /// The `type` claim is other than `access`.
  case notAccessToken
  /// There is no `exp`, or it isn't a number.
  case noExpiry
  /// The time of `exp` has passed.
  case expired
  /// The time of `nbf` is still to come, or it isn't a number.
  case notYetValid
  /// `iss` isn't the issuer that is asked for.
  case wrongIssuer
  /// `aud` doesn't hold the audience that is asked for.
  case wrongAudience
  /// Neither `user_id` nor `sub` names a user.
  case noUser
  /// `user_id` and `sub` name different users.
  case conflictingUsers
  /// The user isn't a string or an integer, or is empty, over 255 characters, or holds a NUL.
  case badUser
  /// `scope` is neither a string nor an array of strings.
  case badScope

  /// One line for the caller.
  public var description: String {
    switch self {
    case .notBearer: "the authorization metadata must be 'Bearer' and one token"
    case .tooLong: "the token is longer than \(TokenVerifier.maximumTokenSize) bytes"
    case .malformed: "the token is not a well-formed JWT"
    case .unsupportedAlgorithm: "the token's algorithm ('alg') is not accepted here"
    case .duplicateName: "the token has a name twice in its header or its claims"
    case .unknownKey: "the token's key ('kid') is not known here"
    case .embeddedKey: "the token's header brings a key of its own, which is not accepted"
    case .revoked: "the token was revoked"
    case .criticalExtension: "the token's header has a 'crit' member, which is not supported"
    case .badSignature: "the token's signature does not match"
    case .notAccessToken: "the token's type is not 'access'"
    case .noExpiry: "the token has no expiry ('exp')"
    case .expired: "the token has expired"
    case .notYetValid: "the token is not valid yet ('nbf')"
    case .wrongIssuer: "the token is from another issuer ('iss')"
    case .wrongAudience: "the token is for another audience ('aud')"
    case .noUser: "the token names no user ('user_id' or 'sub')"
    case .conflictingUsers: "the token's 'user_id' and 'sub' name different users"
    case .badUser: "the token's user must be 1 to 255 characters without NUL, or an integer"
    case .badScope: "the token's 'scope' is neither a string nor an array of strings"
    }
  }
}
