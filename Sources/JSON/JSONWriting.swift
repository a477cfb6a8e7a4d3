extension [UInt8] {
  /// Appends a JSON string with its quotes (RFC 8259, section 7). Beside what must be escaped, what a
  /// terminal would obey is: DEL and the C1 controls; and what ends a line in JavaScript: U+2028 and U+2029.
  ///
  /// - Parameter utf8: The text, which is UTF-8.
  public mutating func appendJSONString(_ utf8: ArraySlice<UInt8>) {
    append(UInt8(ascii: "\""))
    var start = utf8.startIndex
    var index = start
    while index < utf8.endIndex {
      guard utf8[index].beginsEscapedInJSON, let (unit, length) = utf8[index...].escapedUnit else {
        index += 1
        continue
      }
      append(contentsOf: utf8[start..<index])
      appendEscape(of: unit)
      index += length
      start = index
    }
    append(contentsOf: utf8[start...])
    append(UInt8(ascii: "\""))
  }

  /// Appends a text as a JSON string.
  public mutating func appendJSONString(_ text: String) {
    guard !text.utf8.contains(where: \.beginsEscapedInJSON) else {
      return appendJSONString(Array(text.utf8)[...])
    }
    append(UInt8(ascii: "\""))
    append(contentsOf: text.utf8)
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscape(of unit: UInt16) {
    append(UInt8(ascii: "\\"))
    switch unit {
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    case 0x22, 0x5C: append(UInt8(unit))
    default:
      let digits = String(unit, radix: 16)
      append(UInt8(ascii: "u"))
      append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
      append(contentsOf: digits.utf8)
    }
  }
}

extension ArraySlice<UInt8> {
  /// The UTF-16 code unit of the character that the text begins with, and its length in UTF-8, where
  /// it is escaped.
  fileprivate var escapedUnit: (unit: UInt16, length: Int)? {
    let bytes = prefix(3)
    switch bytes.first! {
    case 0xC2:
      guard let next = bytes.dropFirst().first, 0x80..<0xA0 ~= next else { return nil }
      return (UInt16(next), 2)
    case 0xE2:
      if bytes.elementsEqual([0xE2, 0x80, 0xA8]) { return (0x2028, 3) }
      return bytes.elementsEqual([0xE2, 0x80, 0xA9]) ? (0x2029, 3) : nil
    case let byte: return (UInt16(byte), 1)
    }
  }
}

extension [UInt8] {
  /// Appends a JSON number: the shortest decimal that reads back as the same. What JSON has no number for
  /// is a string, as protobuf has it: `"NaN"`, `"Infinity"`, `"-Infinity"`.
  public mutating func appendJSONNumber(
    _ number: some BinaryFloatingPoint & LosslessStringConvertible
  ) {
    if number.isNaN { return append(contentsOf: "\"NaN\"".utf8) }
    if number.isInfinite {
      return append(contentsOf: (number < 0 ? "\"-Infinity\"" : "\"Infinity\"").utf8)
    }
    append(contentsOf: number.description.utf8)
    // `1.0` is `1`, as others write it.
    if last == UInt8(ascii: "0"), self[count - 2] == UInt8(ascii: ".") { removeLast(2) }
  }
}

extension Span<UInt8> {
  /// Whether a text is ASCII that stands for itself in a string of JSON.
  public var isPlainInJSON: Bool {
    for index in indices where self[index] >= 0x80 || self[index].beginsEscapedInJSON {
      return false
    }
    return true
  }
}

extension UInt8 {
  /// Whether a character may begin with it that a string of JSON has an escape for.
  @inline(__always)
  fileprivate var beginsEscapedInJSON: Bool {
    self < 0x20 || self == 0x22 || self == 0x5C
      || self >= 0x7F && (self == 0x7F || self == 0xC2 || self == 0xE2)
  }
}
