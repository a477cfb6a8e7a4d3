import Testing
import TextEncoding

@testable import Identity

@Suite("A token verifier")
struct TokenVerifierTests {
  @Test(
    "takes the user from user_id, else from sub",
    arguments: [
      (#""sub":"ann""#, "ann"),
      (#""user_id":"ann""#, "ann"),
      (#""user_id":"ann","sub":"ann""#, "ann"),
      (#""user_id":42"#, "42"),
      (#""user_id":-7"#, "-7"),
      (#""user_id":9007199254740993"#, "9007199254740993"),
      (#""user_id":18446744073709551615"#, "18446744073709551615"),
      (#""user_id":42,"sub":"42""#, "42"),
      (#""user_id":null,"sub":"ann""#, "ann"),
      (#""user_id":"ann","sub":null"#, "ann"),
      (#""sub":"Zoë 🐝""#, "Zoë 🐝"),
    ])
  func users(claims: String, user: String) async throws {
    let verifier = try makeVerifier()
    let token = TokenMint.token("{\(claims),\"exp\":1800000060}")
    #expect(try verifier.verify(bearer: token) == Principal(userID: user))
  }

  @Test("takes a user of 255 characters and refuses one of 256")
  func userLength() async throws {
    let verifier = try makeVerifier()
    for character in ["a", "é"] {
      let longest = String(repeating: character, count: 255)
      #expect(try verifier.verify(bearer: token(user: longest)).userID == longest)
      #expect(throws: TokenError.badUser) {
        try verifier.verify(bearer: token(user: longest + character))
      }
    }
  }

  private func token(user: String) -> String {
    TokenMint.token(#"{"sub":"\#(user)","exp":1800000060}"#)
  }

  @Test(
    "reads scopes from a string or an array",
    arguments: [
      (#""history:write history:any""#, ["history:write", "history:any"]),
      (#"["history:write","other"]"#, ["history:write", "other"]),
      (#"" history:write  ""#, ["history:write"]),
      (#""""#, []), ("[]", []), ("null", []),
    ])
  func scopes(claim: String, scopes: [String]) async throws {
    let principal = try makeVerifier().verify(
      bearer: TokenMint.token(#"{"sub":"ann","exp":1800000060,"scope":\#(claim)}"#))
    #expect(principal.scopes == Set(scopes.map(Scope.init(rawValue:))))
    #expect(principal.canWrite == scopes.contains("history:write"))
    #expect(principal.canActForAnyUser == scopes.contains("history:any"))
  }

  @Test("does not take one array element for two scopes")
  func scopeElements() async throws {
    let principal = try makeVerifier().verify(
      bearer: TokenMint.token(
        #"{"sub":"ann","exp":1800000060,"scope":["history:write history:any"]}"#))
    #expect(!principal.canWrite && !principal.canActForAnyUser)
  }

  @Test(
    "takes what it need not refuse",
    arguments: [
      #"{"sub":"ann","exp":1800000000.5}"#,
      #"{"sub":"ann","exp":1.80000006e9}"#,
      #"{"sub":"ann","exp":1800000001,"type":"access"}"#,
      #"{"sub":"ann","exp":1800000001,"type":null}"#,
      #"{"sub":"ann","exp":1800000001,"nbf":1800000000}"#,
      #"{"sub":"ann","exp":1800000001,"iat":1900000000}"#,
      #"{"sub":"ann","exp":1800000001,"iss":"any","aud":["any"]}"#,
      #"{"sub":"ann","exp":1800000001,"more":{"a":[1,{"b":null}]}}"#,
      #"{"sub":"ann","exp":99999999999999999999}"#,
    ])
  func accepted(payload: String) async throws {
    let principal = try makeVerifier().verify(bearer: TokenMint.token(payload))
    #expect(principal == Principal(userID: "ann"))
  }

  @Test("takes the issuer and audience that it asks for")
  func policy() async throws {
    let verifier = try makeVerifier(policy: TokenPolicy(issuer: "us", audience: "history"))
    for audience in [#""history""#, #"["other","history"]"#] {
      let token = TokenMint.token(
        #"{"sub":"ann","exp":1800000060,"iss":"us","aud":\#(audience)}"#)
      #expect(try verifier.verify(bearer: token).userID == "ann")
    }
  }

  @Test("reads the token of RFC 7515, A.1, which names no user")
  func knownAnswer() async throws {
    let secret = try #require(
      Base64URL.decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
    let token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      + "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    for (seconds, refusal) in [(1_300_819_379.0, TokenError.noUser), (1_300_819_380, .expired)] {
      let clock = StoppedClock(seconds)
      let verifier = TokenVerifier(
        TokenTrust(keys: KeySet(secrets: [try SigningKey(secret: secret)])), clock: { clock.now })
      #expect(throws: refusal) { try verifier.verify(bearer: token) }
    }
  }

  @Test("remembers nothing of a token that it refused")
  func refusedIsNotRemembered() async throws {
    let verifier = try makeVerifier()
    let token = TokenMint.token(#"{"sub":"ann","exp":1800000060,"type":"refresh"}"#)
    for _ in 1...2 {
      #expect(throws: TokenError.notAccessToken) { try verifier.verify(bearer: token) }
      #expect(verifier.remembered(token) == nil)
    }
  }

  @Test("remembers a token until it expires, and then refuses it")
  func rememberedUntilExpiry() async throws {
    let clock = StoppedClock(testNow)
    let verifier = try makeVerifier(clock: clock)
    let token = TokenMint.token(#"{"sub":"ann","exp":1800000060}"#)
    #expect(verifier.remembered(token) == nil)
    let principal = try verifier.verify(bearer: token)
    #expect(verifier.remembered(token) == principal)

    clock.seconds += 59.999
    #expect(verifier.remembered(token) == principal)
    clock.seconds = testNow + 60
    #expect(verifier.remembered(token) == nil)
    #expect(throws: TokenError.expired) { try verifier.verify(bearer: token) }
  }

  @Test("forgives clocks their leeway, without remembering past the expiry")
  func leeway() async throws {
    let clock = StoppedClock(testNow - 30)
    let verifier = try makeVerifier(policy: TokenPolicy(leeway: .seconds(30)), clock: clock)
    let token = TokenMint.token(#"{"sub":"ann","nbf":1800000000,"exp":1800000060}"#)
    clock.seconds -= 0.5
    #expect(throws: TokenError.notYetValid) { try verifier.verify(bearer: token) }
    clock.seconds = testNow - 30
    #expect(try verifier.verify(bearer: token).userID == "ann")

    clock.seconds = testNow + 89.5
    #expect(try verifier.verify(bearer: token).userID == "ann")
    #expect(verifier.remembered(token) == nil)
    clock.seconds = testNow + 90
    #expect(throws: TokenError.expired) { try verifier.verify(bearer: token) }
  }
}

extension TokenVerifier {
  fileprivate func remembered(_ token: String) -> Principal? {
    cachedPrincipal(authorization: Array("Bearer \(token)".utf8).span)
  }
}
