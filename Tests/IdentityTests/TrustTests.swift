import Testing

@testable import Identity

@Suite("What tokens are held against")
struct TrustTests {
  @Test("a verifier forgets what it remembered when other keys are trusted")
  func replaced() throws {
    let first = KeySet(secrets: [try SigningKey(secret: TokenMint.secret)])
    let second = KeySet(secrets: [try SigningKey(secret: TokenMint.otherSecret)])
    let trust = TokenTrust(keys: first)
    let clock = StoppedClock(testNow)
    let verifier = TokenVerifier(trust, clock: { clock.now })
    let payload = #"{"sub":"ann","exp":1800000060}"#
    let (ours, theirs) = (
      TokenMint.token(payload), TokenMint.token(payload, secret: TokenMint.otherSecret)
    )
    #expect(try verifier.verify(bearer: ours).userID == "ann")
    var both = first
    both.add(second)
    trust.replace(keys: both, revocations: Revocations())
    #expect(try verifier.verify(bearer: ours).userID == "ann")
    #expect(try verifier.verify(bearer: theirs).userID == "ann")
    trust.replace(keys: second, revocations: Revocations())
    #expect(throws: TokenError.badSignature) { try verifier.verify(bearer: ours) }
    #expect(try verifier.verify(bearer: theirs).userID == "ann")
  }

  @Test("a token that was remembered is refused once it or its user is revoked")
  func revoked() throws {
    let keys = KeySet(secrets: [try SigningKey(secret: TokenMint.secret)])
    let trust = TokenTrust(keys: keys)
    let clock = StoppedClock(testNow)
    let verifier = TokenVerifier(trust, clock: { clock.now })
    let tokens = [#""jti":"one""#, #""jti":"two""#, #""jti":7"#].map {
      TokenMint.token(#"{"sub":"ann","exp":1800000060,\#($0)}"#)
    }
    for token in tokens { _ = try verifier.verify(bearer: token) }
    trust.replace(keys: keys, revocations: try Revocations(list: Array("jti two\njti 7".utf8)))
    #expect(try verifier.verify(bearer: tokens[0]).userID == "ann")
    for token in tokens.dropFirst() {
      #expect(throws: TokenError.revoked) { try verifier.verify(bearer: token) }
    }
    trust.replace(keys: keys, revocations: try Revocations(list: Array("sub ann".utf8)))
    #expect(throws: TokenError.revoked) { try verifier.verify(bearer: tokens[0]) }
  }

  @Test("a list of revocations has an entry on each line, and names may have spaces")
  func list() throws {
    let text = "# comment\r\n\n  jti  a-1 \nsub Ann of Green Gables\nsub \u{E9}"
    let revocations = try Revocations(list: Array(text.utf8))
    #expect(revocations.contains(user: "bob", tokenID: "a-1"))
    #expect(revocations.contains(user: "Ann of Green Gables", tokenID: nil))
    #expect(!revocations.contains(user: "Ann", tokenID: "a-2"))
    #expect(revocations.contains(user: "\u{E9}", tokenID: nil))
    #expect(!revocations.contains(user: "e\u{301}", tokenID: nil))
    for bad in ["jti", "sub ", "user ann", "jti a\nann"] {
      #expect(throws: TrustError.self) { try Revocations(list: Array(bad.utf8)) }
    }
    #expect(throws: TrustError.self) { try Revocations(list: [0x6A, 0x74, 0x69, 0x20, 0xFF]) }
  }

  @Test(
    "names that stand twice in an object are found, however they are spelled",
    arguments: [
      (#"{"a":1,"b":2}"#, false), (#"{"a":1,"a":2}"#, true), (#"{"a":1,"\u0061":2}"#, true),
      (#"{"a":{"b":1},"b":{"a":1}}"#, false), (#"{"a":["a","a"],"b":"a"}"#, false),
      (#"{"a":"a:","b":"{\"a\":1}"}"#, false), (#"{"a":{"c":1,"c":2}}"#, false),
      (#"{ "a" : 1 , "a" : 2 }"#, true), (#"{"a\"":1,"a":2}"#, false), ("{", false), ("", false),
      (#"{"a"#, false), (#"{"\u00"#, false),
    ])
  func duplicates(json: String, isDuplicate: Bool) {
    #expect(JSONNames.hasDuplicate(Array(json.utf8)) == isDuplicate)
  }

  @Test("a JWK Set passes over what is for other uses, and what is not known")
  func jwks() async throws {
    let secret = #""kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T""#
    for other in [
      #"{\#(secret),"use":"enc"}"#, #"{\#(secret),"key_ops":["sign"]}"#,
      #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, #"{"kty":"AKP"}"#,
      #"{\#(secret),"alg":"A128KW"}"#,
    ] {
      let alone = Array(#"{"keys":[\#(other)]}"#.utf8)
      await #expect(throws: TrustError.self) { try await KeySet(jwks: alone) }
      let both = Array(#"{"keys":[\#(other),{\#(secret),"kid":"one"}]}"#.utf8)
      #expect(try await !KeySet(jwks: both).isEmpty)
    }
  }
}
