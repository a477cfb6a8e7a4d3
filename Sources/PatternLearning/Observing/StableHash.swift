/// A hash of 64 bits that is the same in each process, unlike the standard library's: what is kept
/// under it can be written down, read and merged.
struct StableHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// FNV-1a (Fowler, Noll and Vo), byte by byte.
  mutating func combine(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

  /// A text, with an end that no text has in it.
  mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
    combine(0xFF)
  }

  mutating func combine(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) {
      combine(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The hash, with its bits mixed.
  var value: UInt64 { Self.mixed(state) }

  /// Each bit of the number has its part in each bit of the result (the end of SplitMix64; Steele,
  /// Lea and Flood 2014).
  static func mixed(_ number: UInt64) -> UInt64 {
    var z = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// The hash of a text alone.
  static func of(_ text: String) -> UInt64 {
    var hash = StableHash()
    hash.combine(text)
    return hash.value
  }
}
