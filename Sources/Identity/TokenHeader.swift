internal import Foundation

/// The header of a token (RFC 7515, section 4): what chooses the key, and nothing that brings one.
struct TokenHeader: Decodable, Equatable {
  /// The name of the algorithm.
  var algorithm: String
  /// Which key it is.
  var keyID: String?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case alg, kid, crit, jwk, jku, x5c, x5u
  }

  /// Reads a header, which must be a JSON object.
  init(_ json: [UInt8]) throws(TokenError) {
    guard !JSONNames.hasDuplicate(json) else { throw .duplicateName }
    do {
      self = try JSONDecoder().decode(TokenHeader.self, from: Data(json))
    } catch let error as TokenError {
      throw error
    } catch {
      throw .malformed
    }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    algorithm = try fields.decode(String.self, forKey: .alg)
    keyID = try fields.decodeIfPresent(String.self, forKey: .kid)
    if fields.contains(.crit) { throw TokenError.criticalExtension }
    // A token that says itself which key is good (RFC 8725, section 3.10).
    for key in [CodingKeys.jwk, .jku, .x5c, .x5u] where fields.contains(key) {
      throw TokenError.embeddedKey
    }
  }
}
