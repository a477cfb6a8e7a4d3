internal import JWTKit

/// One claim as it stands in the token, before it is judged.
enum ClaimValue: Codable, Equatable {
  case string(String)
  case integer(String)
  case number(Double)
  case strings([String])
  /// A boolean, an object, or a mixed array.
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(String(integer))
    } else if let integer = try? container.decode(UInt64.self) {
      self = .integer(String(integer))
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let texts = try? container.decode([String].self) {
      self = .strings(texts)
    } else {
      self = .other
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let text): try container.encode(text)
    case .integer(let digits): try container.encode(Int64(digits))
    case .number(let number): try container.encode(number)
    case .strings(let texts): try container.encode(texts)
    case .other: try container.encodeNil()
    }
  }

  /// A text, or a number as it is written.
  var text: String? {
    switch self {
    case .string(let text), .integer(let text): text
    default: nil
    }
  }

  /// A NumericDate (RFC 7519, section 2): seconds since 1970, perhaps with a fraction.
  var seconds: Double? {
    switch self {
    case .integer(let digits): Double(digits)
    case .number(let number): number
    default: nil
    }
  }
}

/// The claims that the service reads or writes. A claim that is null counts as absent.
struct Claims: JWTPayload {
  var subject: ClaimValue?
  var userID: ClaimValue?
  var type: ClaimValue?
  var scope: ClaimValue?
  var issuer: ClaimValue?
  var audience: ClaimValue?
  var issuedAt: ClaimValue?
  var notBefore: ClaimValue?
  var expiry: ClaimValue?
  var tokenID: ClaimValue?

  enum CodingKeys: String, CodingKey {
    case subject = "sub"
    case userID = "user_id"
    case type
    case scope
    case issuer = "iss"
    case audience = "aud"
    case issuedAt = "iat"
    case notBefore = "nbf"
    case expiry = "exp"
    case tokenID = "jti"
  }

  /// Nothing to do here: `principal(policy:now:)` judges the claims, by the injected clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}
