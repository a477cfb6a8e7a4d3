internal import WorkflowHistory

/// Takes a JSON text that was checked apart, without building its value.
///
/// A text that is no JSON, as a database might hold, ends the tokens early and does nothing else.
struct JSONTokens {
  enum Token: Equatable {
    case beginObject, endObject, beginArray, endArray
    /// The name of the member that follows. Nil where it is longer than the limit.
    case name(String?)
    /// Nil where it is longer than the limit.
    case string(String?)
    /// As it stands.
    case number(String)
    case boolean(Bool)
    case null
  }

  private let text: [UInt8]
  private let stringLimit: Int
  private var position = 0

  /// The tokens of a document, with strings of at most `stringLimit` bytes.
  init(_ document: JSONDocument, stringLimit: Int) {
    text = document.utf8
    self.stringLimit = stringLimit
  }

  /// Nil at the end.
  mutating func next() -> Token? {
    skip(" \t\r\n,")
    guard position < text.count else { return nil }
    let start = position
    position += 1
    switch text[start] {
    case UInt8(ascii: "{"): return .beginObject
    case UInt8(ascii: "}"): return .endObject
    case UInt8(ascii: "["): return .beginArray
    case UInt8(ascii: "]"): return .endArray
    case UInt8(ascii: "\""):
      let string = restOfString()
      skip(" \t\r\n")
      guard position < text.count, text[position] == UInt8(ascii: ":") else {
        return .string(string)
      }
      position += 1
      return .name(string)
    default:
      position = text[start...].firstIndex { " \t\r\n,]}".utf8.contains($0) } ?? text.count
      return word(text[start..<position])
    }
  }

  private func word(_ word: ArraySlice<UInt8>) -> Token? {
    switch String(decoding: word.prefix(Self.longestNumber), as: UTF8.self) {
    case "true": .boolean(true)
    case "false": .boolean(false)
    case "null": .null
    case let number: Double(number) == nil ? nil : .number(number)
    }
  }

  /// What is past it changes no number that a `Double` can tell apart.
  private static let longestNumber = JSONDocument.numberLimit

  private mutating func skip(_ bytes: StaticString) {
    let skipped = String(describing: bytes).utf8
    while position < text.count, skipped.contains(text[position]) { position += 1 }
  }

  /// Reads a string to past its closing quote. Nil where it is too long.
  private mutating func restOfString() -> String? {
    var bytes: [UInt8] = []
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      let byte = text[position]
      position += 1
      if byte == UInt8(ascii: "\\") {
        bytes.append(contentsOf: escape())
      } else if bytes.count <= stringLimit {
        bytes.append(byte)
      }
    }
    position = min(position + 1, text.count)
    return bytes.count > stringLimit ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// What an escape stands for, in UTF-8, from behind its backslash.
  private mutating func escape() -> [UInt8] {
    guard position < text.count else { return [] }
    let letter = text[position]
    position += 1
    switch letter {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [codeUnit()]
      let hasOtherHalf = text[position...].starts(with: "\\u".utf8)
      if (0xD800..<0xDC00).contains(units[0]), hasOtherHalf {
        position += 2
        units.append(codeUnit())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default: return [letter]
    }
  }

  private mutating func codeUnit() -> UInt16 {
    let digits = text[position...].prefix(4)
    position += digits.count
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
  }
}
