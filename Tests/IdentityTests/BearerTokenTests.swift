import Identity
import Testing

@Suite("The authorization metadata")
struct BearerTokenTests {
  @Test(
    "holds a token after Bearer, in any case, and one space or more",
    arguments: ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER a.b-c_d", "Bearer   a.b-c_d"])
  func good(value: String) throws {
    #expect(try BearerToken.parse(authorization: value) == "a.b-c_d")
  }

  @Test(
    "is refused when it is anything else",
    arguments: [
      "", " ", "Bearer", "Bearer ", "Bearer  ", "Bearera.b.c", "Bearer\ta.b.c", " Bearer a.b.c",
      "Basic dXNlcjpwYXNz", "Token a.b.c", "Bearer a.b.c d", "Bearer a.b.c ", "Bearer a.b.c\n",
      "a.b.c", "Béarer a.b.c", "Bearer é", "Bearer a\u{7f}",
    ])
  func bad(value: String) {
    #expect(throws: TokenError.notBearer) { try BearerToken.parse(authorization: value) }
  }

  @Test("is refused when its token is longer than any that is looked at")
  func length() throws {
    let longest = String(repeating: "a", count: TokenVerifier.maximumTokenSize)
    #expect(try BearerToken.parse(authorization: "Bearer " + longest) == longest)
    #expect(throws: TokenError.tooLong) {
      try BearerToken.parse(authorization: "Bearer a" + longest)
    }
  }
}
