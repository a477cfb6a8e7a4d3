import Testing
import TextEncoding

@Suite("Base64 for URLs")
struct Base64URLTests {
  @Test(
    "is that of RFC 4648, section 10, without padding",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func vectors(bytes: String, text: String) {
    #expect(Base64URL.encode(Array(bytes.utf8)) == text)
    #expect(Base64URL.decode(text) == Array(bytes.utf8))
  }

  @Test("gives every byte back")
  func roundTrip() {
    for size in 0...260 {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 157 &+ size) }
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
  }

  @Test(
    "is refused in any other form",
    arguments: ["A", "Zg==", "Zg=", "Zh", "Zm9", "Zm9v\n", "Zm 9v", "+A", "/A", "Zm9vA", "é"])
  func refused(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }
}
