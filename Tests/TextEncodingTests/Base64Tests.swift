import Testing
import TextEncoding

@Suite("Base64")
struct Base64Tests {
  private func decode(_ text: String) -> [UInt8]? { Base64.decode(text.utf8Span.span) }

  @Test("Base64 is written without padding, and read with or without")
  func knownBase64() {
    // RFC 4648, section 10.
    let vectors = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
      "foobar": "Zm9vYmFy",
    ]
    for (text, padded) in vectors {
      let bytes = Array(text.utf8)
      let bare = String(padded.prefix { $0 != "=" })
      #expect(Base64.encode(bytes) == bare)
      #expect(decode(padded) == bytes)
      #expect(decode(bare) == bytes)
    }
  }

  @Test("every byte survives Base64, at every place of a group")
  func everyByte() {
    for length in 253...256 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      #expect(decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test(
    "what is not Base64 is not read",
    arguments: [
      "A", "AAAAA", "A===", "====", "Zg======", "AA=", "AAA==", "=", "AA=A", "A-", "A_", "AA\n",
      "Ää",
    ])
  func notBase64(text: String) { #expect(decode(text) == nil) }
}
