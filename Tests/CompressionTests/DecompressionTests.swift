import Compression
import Testing

@Suite("Decompressing gzip")
struct DecompressionTests {
  let decompressor = GzipDecompressor()

  private func compressed(_ bytes: [UInt8]) -> [UInt8] { GzipCompressor().compress(bytes) }

  @Test("takes what another implementation made")
  func otherImplementation() throws {
    #expect(try decompressor.decompress(Samples.fromPython, limit: 1000) == Samples.greeting)
  }

  @Test(
    "allows exactly the limit, and not a byte more", arguments: [1, 1000, 16_384, 65_536, 100_001])
  func limit(size: Int) throws {
    for bytes in [Samples.text(size), Samples.noise(size)] {
      let gzip = compressed(bytes)
      #expect(try decompressor.decompress(gzip, limit: size) == bytes)
      #expect(throws: GzipError.tooLarge) {
        try decompressor.decompress(gzip, limit: size - 1)
      }
    }
  }

  @Test("allows nothing where the limit is 0")
  func noBytes() throws {
    #expect(try decompressor.decompress(compressed([]), limit: 0) == [])
    #expect(throws: GzipError.tooLarge) { try decompressor.decompress(compressed([1]), limit: 0) }
  }

  @Test("takes no more room than the limit, and stops a bomb there")
  func bomb() throws {
    let bomb = compressed([UInt8](repeating: 0, count: 10 << 20))
    #expect(bomb.count < 64 << 10)
    #expect(throws: GzipError.tooLarge) { try decompressor.decompress(bomb, limit: 64 << 10) }
    // The decompressor is as good as new.
    let text = Samples.text(60_000)
    let decompressed = try decompressor.decompress(compressed(text), limit: 64 << 10)
    #expect(decompressed == text)
    #expect(decompressed.capacity < 80 << 10)
  }

  @Test("does not believe the trailer's length")
  func claimedLength() {
    var gzip = compressed(Samples.text(1000))
    gzip.replaceSubrange((gzip.count - 4)..., with: [0xff, 0xff, 0xff, 0x7f])
    #expect(throws: GzipError.malformed) { try decompressor.decompress(gzip, limit: 1 << 40) }
  }

  @Test("tells of an end too early, wherever it is")
  func truncated() throws {
    for gzip in [compressed(Samples.text(3000)), compressed([]), Samples.fromPython] {
      for count in 0..<gzip.count {
        #expect(throws: GzipError.truncated) {
          try decompressor.decompress(Array(gzip.prefix(count)), limit: 10_000)
        }
      }
      _ = try decompressor.decompress(gzip, limit: 10_000)
    }
  }

  @Test("refuses a checksum or a length of which any bit is wrong")
  func trailer() throws {
    let gzip = compressed(Samples.text(3000))
    for bit in 0..<64 {
      var wrong = gzip
      wrong[gzip.count - 8 + bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: GzipError.malformed) {
        try decompressor.decompress(wrong, limit: 10_000)
      }
    }
    #expect(try decompressor.decompress(gzip, limit: 10_000) == Samples.text(3000))
  }

  @Test("never gives other bytes where a bit is wrong, but in what a header says beside them")
  func flippedBits() {
    let text = Samples.text(300)
    let gzip = compressed(text)
    for bit in 0..<(gzip.count * 8) {
      var wrong = gzip
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = try? decompressor.decompress(wrong, limit: 10_000)
      #expect(result == nil || result == text, "bit \(bit)")
    }
  }

  @Test("joins what members hold that follow each other")
  func members() throws {
    let text = Samples.text(20_000)
    let gzip = compressed(text) + compressed([]) + Samples.fromPython
    let joined = text + Samples.greeting
    #expect(try decompressor.decompress(gzip, limit: joined.count) == joined)
    #expect(throws: GzipError.tooLarge) {
      try decompressor.decompress(gzip, limit: joined.count - 1)
    }
    #expect(throws: GzipError.truncated) {
      try decompressor.decompress(gzip.dropLast(), limit: joined.count)
    }
  }

  @Test(
    "refuses what follows and is no member",
    arguments: [[0], [0, 0, 0, 0], [0x1f, 0x8c], [0x8b], [0x1f, 0x8b, 9, 0], Array("more".utf8)])
  func garbage(after: [UInt8]) {
    #expect(throws: GzipError.malformed) {
      try decompressor.decompress(Samples.fromPython + after, limit: 1000)
    }
  }

  @Test(
    "refuses what is not gzip: another format, an unknown method, reserved flags",
    arguments: [
      Array("not gzip".utf8), [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1], [0x1f, 0x8b, 7, 0, 0, 0, 0, 0],
      [0x1f, 0x8b, 8, 0xe0, 0, 0, 0, 0, 0, 0],
    ])
  func otherBytes(bytes: [UInt8]) {
    #expect(throws: GzipError.malformed) { try decompressor.decompress(bytes, limit: 1000) }
  }
}
