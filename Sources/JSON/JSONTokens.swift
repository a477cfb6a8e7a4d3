/// Takes a JSON text that was checked apart, without building its value.
///
/// A text that is no JSON, as a database might hold, ends the tokens early and does nothing else.
public struct JSONTokens {
  /// A part of the text.
  public enum Token: Equatable, Sendable {
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

  /// The tokens of a text, with strings of at most `stringLimit` bytes.
  public init(_ text: [UInt8], stringLimit: Int) {
    self.text = text
    self.stringLimit = stringLimit
  }

  /// Nil at the end.
  public mutating func next() -> Token? {
    skipSeparators()
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
      return skipColon() ? .name(string) : .string(string)
    default:
      skipRestOfWord()
      return word(text[start..<position])
    }
  }

  /// Passes over the value that comes next: its text, or nil where it is no string, or longer than the
  /// limit.
  public mutating func string() -> String? {
    skipSeparators()
    guard position < text.count, text[position] == UInt8(ascii: "\"") else {
      skipValue()
      return nil
    }
    position += 1
    return restOfString()
  }

  /// Whether an array has another element. Where it has none, its end is passed over; so is whatever else
  /// ends it in a text that is no JSON.
  public mutating func hasElement() -> Bool {
    skipSeparators()
    guard position < text.count else { return false }
    guard text[position] == UInt8(ascii: "]") || text[position] == UInt8(ascii: "}") else {
      return true
    }
    position += 1
    return false
  }

  /// Passes over the value that comes next: its text, with no white space around it.
  public mutating func valueText() -> ArraySlice<UInt8> {
    skipSeparators()
    let start = position
    skipValue()
    return text[start..<position]
  }

  /// Whether the text is read to its last byte.
  public var isAtEnd: Bool { position == text.count }

  /// Passes over the value that comes next: its number, or nil where it is none.
  public mutating func number() -> Double? {
    skipSeparators()
    guard position < text.count, "-0123456789".utf8.contains(text[position]) else {
      skipValue()
      return nil
    }
    let start = position
    skipRestOfWord()
    return Double(
      String(decoding: text[start..<position].prefix(Self.longestNumber), as: UTF8.self))
  }

  /// Passes over the name of an object's next member, and tells which of some names it is, or that it is
  /// another by the number of these. Nil at the object's end, which is passed over too.
  public mutating func member(of names: [[UInt8]]) -> Int? {
    skipSeparators()
    guard position < text.count, text[position] == UInt8(ascii: "\"") else {
      position = min(position + 1, text.count)
      return nil
    }
    let start = position + 1
    skipString()
    let name = text[start..<max(start, position - 1)]
    var known = names.firstIndex { $0.count == name.count && name.elementsEqual($0) }
    if known == nil, name.contains(UInt8(ascii: "\\")) {
      position = start
      let text = restOfString() ?? ""
      known = names.firstIndex { text.utf8.elementsEqual($0) }
    }
    return skipColon() ? known ?? names.count : nil
  }

  /// Passes over the value that comes next, and tells whether it says anything: whether it is other
  /// than null, false, 0, and an empty string, array or object.
  @discardableResult
  public mutating func skipValue() -> Bool {
    skipSeparators()
    guard position < text.count else { return false }
    switch text[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipContainer()
    case UInt8(ascii: "}"), UInt8(ascii: "]"): return false
    case UInt8(ascii: "\""):
      let start = position
      skipString()
      return position - start > 2
    default:
      switch next() {
      case .boolean(let value): return value
      case .number(let text): return Double(text) != 0
      default: return false
      }
    }
  }

  /// Passes over an array or an object, and tells whether it has anything in it.
  private mutating func skipContainer() -> Bool {
    var depth = 0
    var hasContent = false
    repeat {
      switch text[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        hasContent = hasContent || depth > 0
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        position += 1
      case UInt8(ascii: "\""):
        hasContent = true
        skipString()
      case let byte:
        hasContent = hasContent || !Self.separates(byte)
        position += 1
      }
    } while depth > 0 && position < text.count
    return hasContent
  }

  // MARK: Words

  private func word(_ word: ArraySlice<UInt8>) -> Token? {
    switch String(decoding: word.prefix(Self.longestNumber), as: UTF8.self) {
    case "true": .boolean(true)
    case "false": .boolean(false)
    case "null": .null
    case let number: Double(number) == nil ? nil : .number(number)
    }
  }

  /// How many characters of a number are told. What is past it changes no number that a `Double` can
  /// tell apart, but for an exponent.
  public static let longestNumber = 400

  private mutating func skipRestOfWord() {
    while position < text.count {
      let byte = text[position]
      if Self.separates(byte) || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { return }
      position += 1
    }
  }

  // MARK: Separators

  private static func separates(_ byte: UInt8) -> Bool {
    byte.isSpace || byte == UInt8(ascii: ",")
  }

  private mutating func skipSeparators() {
    while position < text.count, Self.separates(text[position]) { position += 1 }
  }

  /// Passes over a colon; false where there is none.
  private mutating func skipColon() -> Bool {
    while position < text.count, text[position].isSpace { position += 1 }
    guard position < text.count, text[position] == UInt8(ascii: ":") else { return false }
    position += 1
    return true
  }

  // MARK: Strings

  /// Passes over a string, from its opening quote to past its closing one.
  private mutating func skipString() {
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    // An escape at the end may have led past it.
    position = min(position + 1, text.count)
  }

  /// Reads a string to past its closing quote. Nil where it is too long.
  private mutating func restOfString() -> String? {
    let start = position
    while position < text.count, text[position] != UInt8(ascii: "\""),
      text[position] != UInt8(ascii: "\\")
    { position += 1 }
    // Most have no escape.
    guard position < text.count, text[position] == UInt8(ascii: "\\") else {
      let bytes = text[start..<position]
      position = min(position + 1, text.count)
      return bytes.count > stringLimit ? nil : String(decoding: bytes, as: UTF8.self)
    }
    return restOfString(after: Array(text[start..<position]))
  }

  private mutating func restOfString(after start: [UInt8]) -> String? {
    var bytes = start
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
