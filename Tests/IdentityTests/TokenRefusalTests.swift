import Testing
import TextEncoding

@testable import Identity

@Suite("A token is refused")
struct TokenRefusalTests {
  static let payload = #"{"sub":"ann","exp":1800000060}"#

  private func refusal(
    of token: String, policy: TokenPolicy = TokenPolicy()
  ) throws -> TokenError? {
    let verifier = try makeVerifier(policy: policy)
    do throws(TokenError) {
      _ = try verifier.verify(bearer: token)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "for its header, though the signature is good",
    arguments: [
      (#"{"alg":"none"}"#, TokenError.unsupportedAlgorithm),
      (#"{"alg":"None"}"#, .unsupportedAlgorithm),
      (#"{"alg":"hs256"}"#, .unsupportedAlgorithm),
      (#"{"alg":"HS384"}"#, .unsupportedAlgorithm),
      (#"{"alg":"HS512"}"#, .unsupportedAlgorithm),
      (#"{"alg":"RS256"}"#, .unsupportedAlgorithm),
      (#"{"alg":"ES256"}"#, .unsupportedAlgorithm),
      (#"{"alg":"EdDSA"}"#, .unsupportedAlgorithm),
      (#"{"alg":""}"#, .unsupportedAlgorithm),
      (#"{"alg":null}"#, .malformed),
      (#"{"alg":["HS256"]}"#, .malformed),
      (#"{"typ":"JWT"}"#, .malformed),
      (#"{"alg":"HS256""#, .malformed),
      (#"["HS256"]"#, .malformed),
      ("", .malformed),
      (#"{"alg":"HS256","crit":["exp"],"exp":1}"#, .criticalExtension),
      (#"{"alg":"HS256","crit":[]}"#, .criticalExtension),
      (#"{"alg":"HS256","crit":null}"#, .criticalExtension),
      (#"{"alg":"HS256","crit":["b64"],"b64":false}"#, .criticalExtension),
    ])
  func headers(header: String, error: TokenError) throws {
    let token = TokenMint.token(header: header, Self.payload)
    #expect(try refusal(of: token) == error)
  }

  @Test("when it is unsigned, whatever algorithm it names", arguments: ["none", "HS256"])
  func unsigned(algorithm: String) throws {
    let parts = TokenMint.token(header: #"{"alg":"\#(algorithm)"}"#, Self.payload)
      .split(separator: ".")
    let expected: TokenError = algorithm == "none" ? .unsupportedAlgorithm : .badSignature
    #expect(try refusal(of: "\(parts[0]).\(parts[1]).") == expected)
  }

  @Test(
    "for its claims, though the signature is good",
    arguments: [
      (#"{"sub":"ann","exp":1800000060,"type":"refresh"}"#, TokenError.notAccessToken),
      (#"{"sub":"ann","exp":1800000060,"type":""}"#, .notAccessToken),
      (#"{"sub":"ann","exp":1800000060,"type":"Access"}"#, .notAccessToken),
      (#"{"sub":"ann","exp":1800000060,"type":["access"]}"#, .notAccessToken),
      (#"{"sub":"ann","exp":1800000060,"type":1}"#, .notAccessToken),
      (#"{"sub":"ann"}"#, .noExpiry),
      (#"{"sub":"ann","exp":null}"#, .noExpiry),
      (#"{"sub":"ann","exp":"1800000060"}"#, .noExpiry),
      (#"{"sub":"ann","exp":true}"#, .noExpiry),
      (#"{"sub":"ann","exp":1e999}"#, .noExpiry),
      (#"{"sub":"ann","exp":1800000000}"#, .expired),
      (#"{"sub":"ann","exp":1799999999.9}"#, .expired),
      (#"{"sub":"ann","exp":0}"#, .expired),
      (#"{"sub":"ann","exp":-1}"#, .expired),
      (#"{"sub":"ann","exp":1800000060,"nbf":1800000000.5}"#, .notYetValid),
      (#"{"sub":"ann","exp":1800000060,"nbf":1800000001}"#, .notYetValid),
      (#"{"sub":"ann","exp":1800000060,"nbf":"now"}"#, .notYetValid),
      (#"{"exp":1800000060}"#, .noUser),
      (#"{"sub":null,"user_id":null,"exp":1800000060}"#, .noUser),
      (#"{"sub":"","exp":1800000060}"#, .badUser),
      (#"{"user_id":"","sub":"ann","exp":1800000060}"#, .badUser),
      (#"{"user_id":"ann","sub":"","exp":1800000060}"#, .badUser),
      (#"{"sub":"a\u0000b","exp":1800000060}"#, .badUser),
      (#"{"user_id":true,"exp":1800000060}"#, .badUser),
      (#"{"user_id":4.5,"exp":1800000060}"#, .badUser),
      (#"{"user_id":["ann"],"exp":1800000060}"#, .badUser),
      (#"{"user_id":{"id":"ann"},"exp":1800000060}"#, .badUser),
      (#"{"user_id":"ann","sub":"bob","exp":1800000060}"#, .conflictingUsers),
      (#"{"user_id":"ann","sub":"Ann","exp":1800000060}"#, .conflictingUsers),
      (#"{"user_id":42,"sub":"43","exp":1800000060}"#, .conflictingUsers),
      (#"{"user_id":"\u00e9","sub":"e\u0301","exp":1800000060}"#, .conflictingUsers),
      (#"{"sub":"ann","exp":1800000060,"scope":7}"#, .badScope),
      (#"{"sub":"ann","exp":1800000060,"scope":["history:any",7]}"#, .badScope),
      (#"{"sub":"ann","exp":1800000060,"scope":{"history:any":true}}"#, .badScope),
      (#"["sub","ann"]"#, .malformed),
      (#""ann""#, .malformed),
      (#"{"sub":"ann","exp":1800000060"#, .malformed),
      ("", .malformed),
    ])
  func claims(payload: String, error: TokenError) throws {
    #expect(try refusal(of: TokenMint.token(payload)) == error)
  }

  @Test(
    "when its issuer or audience is not the one asked for",
    arguments: [
      ("", TokenError.wrongIssuer),
      (#","iss":"them","aud":"history""#, .wrongIssuer),
      (#","iss":["us"],"aud":"history""#, .wrongIssuer),
      (#","iss":"us""#, .wrongAudience),
      (#","iss":"us","aud":"other""#, .wrongAudience),
      (#","iss":"us","aud":[]"#, .wrongAudience),
      (#","iss":"us","aud":["other","histor"]"#, .wrongAudience),
      (#","iss":"us","aud":["history",1]"#, .wrongAudience),
    ])
  func policy(claims: String, error: TokenError) throws {
    let token = TokenMint.token(#"{"sub":"ann","exp":1800000060\#(claims)}"#)
    let policy = TokenPolicy(issuer: "us", audience: "history")
    #expect(try refusal(of: token, policy: policy) == error)
  }

  @Test("when another secret signed it")
  func otherSecret() throws {
    let token = TokenMint.token(Self.payload, secret: TokenMint.otherSecret)
    #expect(try refusal(of: token) == .badSignature)
  }

  @Test("when any bit of its signature differs")
  func signatureBits() throws {
    try expectEveryFlipRefused(part: 2) { $0 == .badSignature }
  }

  @Test("when any bit of its payload differs")
  func payloadBits() throws {
    try expectEveryFlipRefused(part: 1) { $0 == .badSignature }
  }

  @Test("when any bit of its header differs")
  func headerBits() throws {
    try expectEveryFlipRefused(part: 0) { $0 != nil }
  }

  private func expectEveryFlipRefused(
    part: Int, isRight: (TokenError?) -> Bool
  ) throws {
    var parts = TokenMint.token(Self.payload).split(separator: ".").map(String.init)
    let bytes = try #require(Base64URL.decode(String(parts[part])))
    for bit in 0..<(bytes.count * 8) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      parts[part] = Base64URL.encode(flipped)
      let error = try refusal(of: parts.joined(separator: "."))
      #expect(isRight(error), "bit \(bit): \(String(describing: error))")
    }
  }

  @Test("when its signature is cut, or goes on")
  func signatureLength() throws {
    let token = TokenMint.token(Self.payload)
    #expect(try refusal(of: String(token.dropLast(4))) == .badSignature)
    #expect(try refusal(of: token + "AAAA") != nil)
  }

  @Test("when it is another spelling of a good one's base64")
  func otherSpelling() throws {
    let token = TokenMint.token(Self.payload)
    // 32 bytes leave the last of 43 characters four bits: two are unused, and must be zero.
    let last = try #require(token.utf8.last)
    #expect(try refusal(of: token.dropLast() + String(UnicodeScalar(last + 1))) == .malformed)
    for other in [token + "=", token + " ", token + "\n", " " + token] {
      #expect(try refusal(of: other) == .malformed)
    }
  }

  @Test(
    "when it is no token at all",
    arguments: [
      "", ".", "..", "...", "garbage", "a.b.c", "!!!.???.***", "e30.e30", "e30.e30.e30.e30",
      "é.é.é", "eyJhbGciOiJIUzI1NiJ9..", "+/+/.e30.e30", "A.A.A",
    ])
  func garbage(token: String) throws {
    let error = try refusal(of: token)
    #expect(error == .malformed || error == .badSignature)
    #expect(error == .malformed || token == "eyJhbGciOiJIUzI1NiJ9..")
  }

  @Test("when it is too long, however good")
  func length() throws {
    // Base64 makes four characters of three bytes, so some lengths can't be met exactly.
    var filler = 5900
    func token() -> String {
      TokenMint.token(
        #"{"sub":"ann","exp":1800000060,"x":"\#(String(repeating: "x", count: filler))"}"#)
    }
    while token().utf8.count <= TokenVerifier.maximumTokenSize { filler += 1 }
    #expect(try refusal(of: token()) == .tooLong)
    filler -= 1
    #expect(try refusal(of: token()) == nil)
    let huge = String(repeating: "A", count: 4_000_000)
    #expect(try refusal(of: huge) == .tooLong)
  }

  @Test("without a word of it in the description")
  func descriptions() throws {
    let token = TokenMint.token(#"{"user_id":"ann","sub":"bob","exp":1800000060}"#)
    let error = try #require(try refusal(of: token))
    #expect(!error.description.contains("ann") && !error.description.contains("bob"))
  }
}
