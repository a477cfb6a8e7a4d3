/// Bytes to compress, the same on every run.
enum Samples {
  /// Words that repeat, as JSON's do.
  static func text(_ count: Int) -> [UInt8] {
    let words = ["{\"id\":", "\"workflow\"", ",", "true", "12345", "}"]
    var state: UInt64 = 7
    var bytes: [UInt8] = []
    while bytes.count < count {
      bytes += words[Int(next(&state) % UInt64(words.count))].utf8
    }
    return Array(bytes.prefix(count))
  }

  /// Bytes in which there is nothing to compress.
  static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 11
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: next(&state) >> 32) }
  }

  /// A step of SplitMix64.
  private static func next(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// What Python's gzip makes of ``greeting``: a header with a file's name, a time and a system.
  static let fromPython: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x08, 0x00, 0xf1, 0x53, 0x65, 0x02, 0xff, 0x67, 0x72, 0x65, 0x65, 0x74, 0x69,
    0x6e, 0x67, 0x2e, 0x74, 0x78, 0x74, 0x00, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x48, 0xaf,
    0xca, 0x2c, 0x50, 0x54, 0xf0, 0xa0, 0x1d, 0x07, 0x00, 0x83, 0xde, 0x69, 0x2e, 0x68, 0x00, 0x00,
    0x00,
  ]
  static let greeting = Array(String(repeating: "Hello, gzip! ", count: 8).utf8)
}
