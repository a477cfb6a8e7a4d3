import Foundation
import Testing
import TextEncoding

@testable import Identity

@Suite("A token issuer")
struct TokenIssuerTests {
  let key: SigningKey
  let now = Date(timeIntervalSince1970: testNow + 0.75)

  init() throws {
    key = try SigningKey(secret: TokenMint.secret)
  }

  @Test("signs what a verifier of the same key and policy takes")
  func roundTrip() async throws {
    let policy = TokenPolicy(issuer: "us", audience: "history")
    let token = try await TokenIssuer(key: key, policy: policy).sign(
      user: "Zoë", scopes: [.historyWrite, .historyAny], expiresIn: .seconds(60), now: now)
    let principal = try makeVerifier(policy: policy).verify(bearer: token)
    #expect(principal == Principal(userID: "Zoë", scopes: [.historyWrite, .historyAny]))
    #expect(principal.canWrite && principal.canActForAnyUser)
  }

  @Test("writes the claims that others' libraries read")
  func claims() async throws {
    let token = try await TokenIssuer(key: key).sign(
      user: "42", scopes: [.historyWrite, .historyAny], expiresIn: .seconds(90), now: now)
    let parts = try token.split(separator: ".").map { try #require(Base64URL.decode(String($0))) }
    let header = try object(parts[0])
    #expect(header["alg"] as? String == "HS256")
    let claims = try object(parts[1])
    #expect(claims["sub"] as? String == "42")
    #expect(claims["type"] as? String == "access")
    #expect(claims["scope"] as? String == "history:any history:write")
    #expect(claims["iat"] as? Int == 1_800_000_000)
    #expect(claims["exp"] as? Int == 1_800_000_090)
    #expect((claims["jti"] as? String).flatMap(UUID.init(uuidString:)) != nil)
    #expect(claims.count == 6)
  }

  private func object(_ json: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
  }

  @Test("gives a token that lasts as long as was asked, however long")
  func lifetime() async throws {
    let clock = StoppedClock(testNow)
    let issuer = TokenIssuer(key: key)
    let short = try await issuer.sign(user: "ann", scopes: [], expiresIn: .seconds(60), now: now)
    let long = try await issuer.sign(
      user: "ann", scopes: [], expiresIn: .seconds(Int64.max), now: now)
    clock.seconds = testNow + 59.9
    #expect(try makeVerifier(clock: clock).verify(bearer: short).scopes.isEmpty)
    clock.seconds = testNow + 60
    #expect(throws: TokenError.expired) {
      try makeVerifier(clock: clock).verify(bearer: short)
    }
    clock.seconds = testNow + 1e9
    #expect(try makeVerifier(clock: clock).verify(bearer: long).userID == "ann")
  }

  @Test("makes no token that would be refused")
  func refusals() async throws {
    let issuer = TokenIssuer(key: key)
    for user in ["", "a\0b", String(repeating: "a", count: 256)] {
      await #expect(throws: TokenError.badUser) {
        try await issuer.sign(user: user, scopes: [], expiresIn: .seconds(60), now: now)
      }
    }
    for lifetime in [Duration.zero, .milliseconds(500), .seconds(-60)] {
      await #expect(throws: TokenError.expired) {
        try await issuer.sign(user: "ann", scopes: [], expiresIn: lifetime, now: now)
      }
    }
  }

  @Test("signs with a key that is its own: another's verifier refuses it")
  func otherKey() async throws {
    let other = TokenIssuer(key: try SigningKey(secret: TokenMint.otherSecret))
    let token = try await other.sign(user: "ann", scopes: [], expiresIn: .seconds(60), now: now)
    #expect(throws: TokenError.badSignature) {
      try makeVerifier().verify(bearer: token)
    }
  }
}
