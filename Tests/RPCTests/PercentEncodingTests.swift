import Testing

@testable import RPC

@Suite("The encoding of grpc-message")
struct PercentEncodingTests {
  @Test("leaves space to ~ as they are, but for %, and writes every other byte in two digits")
  func everyASCIIByte() {
    for byte in UInt8(0)..<128 {
      let text = String(UnicodeScalar(byte))
      let encoded = PercentEncoding.encode(text)
      if (0x20...0x7e).contains(byte), byte != 0x25 {
        #expect(encoded == text)
      } else {
        #expect(encoded.utf8.count == 3 && encoded.first == "%")
        #expect(UInt8(encoded.dropFirst(), radix: 16) == byte)
      }
      #expect(PercentEncoding.decode(encoded) == text)
    }
  }

  @Test(
    "writes the bytes of UTF-8 in capitals, and reads them back",
    arguments: [
      ("ä", "%C3%A4"), ("100%", "100%25"), ("a\nb", "a%0Ab"), ("\u{1F600}", "%F0%9F%98%80"),
      ("", ""), ("it broke", "it broke"),
    ])
  func knownTexts(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test(
    "an escape that is broken stands for itself",
    arguments: [
      ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%4z", "%4z"), ("a%", "a%"), ("%%41", "%A"),
      ("%4%41", "%4A"), ("%c3%A4", "ä"),
    ])
  func brokenEscapes(encoded: String, text: String) {
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test("bytes that are not UTF-8 come out as replacement characters, not as an error")
  func notUTF8() {
    #expect(PercentEncoding.decode("a%FFb") == "a\u{FFFD}b")
  }
}
