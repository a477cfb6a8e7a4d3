import Compression
import Testing

@Suite("A checksum")
struct ChecksumTests {
  @Test("is the CRC-32 of gzip")
  func known() {
    // The check value of CRC-32/ISO-HDLC.
    #expect(CRC32.checksum(of: Array("123456789".utf8)[...]) == 0xCBF4_3926)
    #expect(CRC32.checksum(of: []) == 0)
  }

  @Test("is of the slice alone")
  func slice() {
    let bytes = Array("__123456789__".utf8)
    #expect(CRC32.checksum(of: bytes[2..<11]) == 0xCBF4_3926)
  }
}
