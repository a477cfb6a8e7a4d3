import Compression
import Testing

@Suite("Compressing to gzip")
struct CompressionTests {
  static let sizes = [0, 1, 16_383, 16_384, 16_385, 64 << 10, 5 << 20]

  @Test("and back gives the same bytes, whatever their size", arguments: sizes)
  func roundTrip(size: Int) throws {
    let compressor = GzipCompressor()
    let decompressor = GzipDecompressor()
    for bytes in [Samples.text(size), Samples.noise(size)] {
      let compressed = compressor.compress(bytes)
      #expect(try decompressor.decompress(compressed, limit: size) == bytes)
    }
  }

  @Test("makes text a fraction, and noise hardly larger")
  func ratio() {
    let compressor = GzipCompressor()
    #expect(compressor.compress(Samples.text(1 << 20)).count < 1 << 18)
    #expect(compressor.compress(Samples.noise(1 << 20)).count < 1 << 20 + 1 << 10)
  }

  @Test("leaves bytes of 0 in front for a prefix")
  func prefix() throws {
    let bytes = Samples.text(1000)
    let compressor = GzipCompressor()
    let framed = compressor.compress(bytes, prefix: 5)
    #expect(framed.prefix(5) == [0, 0, 0, 0, 0])
    #expect(Array(framed.dropFirst(5)) == compressor.compress(bytes))
  }

  @Test("gives the same bytes from a compressor that is new and from one that was used")
  func reuse() {
    let used = GzipCompressor()
    _ = used.compress(Samples.noise(100_000))
    #expect(used.compress(Samples.text(5000)) == GzipCompressor().compress(Samples.text(5000)))
  }
}
