/// Sixty-four characters, each of which stands for six bits.
struct Base64Alphabet {
  private let characters: [UInt8]
  /// By character; 255 where it is none of them.
  private let values: [UInt8]

  /// Letters, digits, and two more.
  init(lastTwo: StaticString) {
    characters = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(lastTwo)".utf8)
    var values = [UInt8](repeating: .max, count: 256)
    for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
    self.values = values
  }

  func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(characters[Int(bits >> count & 63)])
      }
    }
    if count > 0 { text.append(characters[Int(bits << (6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, and the bits that are left over; nil where a character is none of these, or there is one
  /// too few.
  func decode(_ text: Span<UInt8>) -> (bytes: [UInt8], rest: UInt32)? {
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for index in text.indices {
      let value = values[Int(text[index])]
      guard value != .max else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return (bytes, bits & (1 << count - 1))
  }
}
