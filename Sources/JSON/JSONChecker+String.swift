extension JSONChecker {
  /// Reads a string, from its opening quote to past its closing one.
  mutating func string(_ text: Span<UInt8>) throws(JSONError) {
    let start = position
    position += 1
    while true {
      skipPlain(text)
      guard position < text.count else {
        position = start
        throw failure("a string does not end")
      }
      switch text[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"):
        try escape(text)
      case 0..<0x20:
        throw failure("a control character in a string must be escaped")
      default:
        // Characters past ASCII come in runs.
        repeat { try multibyte(text) } while position < text.count && text[position] >= 0x80
      }
    }
  }

  /// Steps over ASCII that stands for itself, eight bytes at a time while there are as many.
  private mutating func skipPlain(_ text: Span<UInt8>) {
    while text.count - position >= 8 {
      let plain = plainPrefix(of: word(text.extracting(position..<(position + 8))))
      position += plain
      if plain < 8 { return }
    }
    while position < text.count, isPlain(text[position]) { position += 1 }
  }

  /// Steps over one character of two to four bytes, which must be as table 3-7 of the Unicode
  /// standard has it: no overlong form, no surrogate, nothing past U+10FFFF.
  private mutating func multibyte(_ text: Span<UInt8>) throws(JSONError) {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch text[position] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw failure("the text is not UTF-8")
    }
    guard text.count - position >= length, second.contains(text[position + 1]) else {
      throw failure("the text is not UTF-8")
    }
    for index in 2..<max(length, 2) where text[position + index] & 0xC0 != 0x80 {
      throw failure("the text is not UTF-8")
    }
    position += length
  }

  /// Reads an escape, from its backslash.
  private mutating func escape(_ text: Span<UInt8>) throws(JSONError) {
    guard text.count - position >= 2 else { throw failure("an escape does not end") }
    switch text[position + 1] {
    case UInt8(ascii: "/"):
      account(read: 2, rendered: 1)
      position += 2
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    case UInt8(ascii: "u"):
      try unicodeEscape(text)
    default:
      throw failure("there is no such escape")
    }
  }

  /// Reads `\uXXXX`, with its other half where it is a surrogate.
  private mutating func unicodeEscape(_ text: Span<UInt8>) throws(JSONError) {
    let start = position
    let unit = try codeUnit(text)
    let rendered: Int
    switch unit {
    case 0:
      throw JSONError(offset: start, reason: "the escape \\u0000 can't be stored")
    case 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x22, 0x5C:
      rendered = 2
    case 0..<0x20:
      rendered = 6
    case 0xD800..<0xDC00:
      guard text.count - position >= 2, text[position] == UInt8(ascii: "\\"),
        text[position + 1] == UInt8(ascii: "u"), case 0xDC00..<0xE000 = try codeUnit(text)
      else { throw JSONError(offset: start, reason: "half a surrogate pair") }
      rendered = 4
    case 0xDC00..<0xE000:
      throw JSONError(offset: start, reason: "half a surrogate pair")
    default:
      rendered = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3
    }
    account(read: position - start, rendered: rendered)
  }

  /// Reads the four digits of a `\uXXXX` that begins here.
  private mutating func codeUnit(_ text: Span<UInt8>) throws(JSONError) -> UInt32 {
    guard text.count - position >= 6 else { throw failure("an escape does not end") }
    var unit: UInt32 = 0
    for index in 2..<6 {
      guard let digit = text[position + index].hexadecimalDigit else {
        throw failure("\\u takes four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
    }
    position += 6
    return unit
  }
}

@inline(__always)
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// The eight bytes as one number, the first lowest. The compiler makes it one load.
@inline(__always)
private func word(_ bytes: Span<UInt8>) -> UInt64 {
  UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16 | UInt64(bytes[3]) << 24
    | UInt64(bytes[4]) << 32 | UInt64(bytes[5]) << 40 | UInt64(bytes[6]) << 48
    | UInt64(bytes[7]) << 56
}

/// How many of eight bytes are plain before the first that is not.
///
/// Each term has the high bit set in a byte that is not plain: a control character, a quote, a
/// backslash, anything past ASCII. A borrow may set it in later bytes too, never in earlier ones.
@inline(__always)
private func plainPrefix(of word: UInt64) -> Int {
  let control = word &- repeated(0x20)
  let quote = (word ^ repeated(UInt8(ascii: "\""))) &- repeated(1)
  let backslash = (word ^ repeated(UInt8(ascii: "\\"))) &- repeated(1)
  let stops = (control | quote | backslash | word) & repeated(0x80)
  return stops.trailingZeroBitCount / 8
}

/// The byte in each of eight places.
@inline(__always)
private func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
