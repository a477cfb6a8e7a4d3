extension JSONDocument {
  /// The same value, spelled as jsonb would render it, but with its members in their order, and all of
  /// those whose names are the same: as long as ``renderedSize`` says.
  public func rendered() -> JSONDocument {
    var renderer = JSONRenderer(size: renderedSize)
    renderer.render(utf8.span)
    return JSONDocument(uncheckedUTF8: renderer.output)
  }
}

/// Writes a JSON text that ``JSONChecker`` has passed anew: without white space but for one space after
/// each `,` and `:`, with escapes resolved and numbers written out.
struct JSONRenderer {
  private(set) var output: [UInt8] = []
  private var position = 0

  fileprivate init(size: Int) { output.reserveCapacity(size) }

  fileprivate mutating func render(_ text: Span<UInt8>) {
    while position < text.count {
      let byte = text[position]
      switch byte {
      case ascii("\""): string(text)
      case ascii("-"), ascii("0")...ascii("9"): number(text)
      default:
        position += 1
        if isSpace(byte) { continue }
        output.append(byte)
        if byte == ascii(",") || byte == ascii(":") { output.append(ascii(" ")) }
      }
    }
  }

  // MARK: Strings

  private mutating func string(_ text: Span<UInt8>) {
    output.append(ascii("\""))
    position += 1
    while text[position] != ascii("\"") {
      if text[position] == ascii("\\") {
        escape(text)
      } else {
        output.append(text[position])
        position += 1
      }
    }
    output.append(ascii("\""))
    position += 1
  }

  private mutating func escape(_ text: Span<UInt8>) {
    let letter = text[position + 1]
    switch letter {
    case ascii("u"): append(scalar(text))
    case ascii("/"):
      output.append(letter)
      position += 2
    default:
      output.append(ascii("\\"))
      output.append(letter)
      position += 2
    }
  }

  /// Reads `\uXXXX`, with its other half where it is a surrogate.
  private mutating func scalar(_ text: Span<UInt8>) -> UInt32 {
    let unit = codeUnit(text)
    guard case 0xD800..<0xDC00 = unit else { return unit }
    return 0x10000 + (unit - 0xD800) << 10 + (codeUnit(text) - 0xDC00)
  }

  private mutating func codeUnit(_ text: Span<UInt8>) -> UInt32 {
    var unit: UInt32 = 0
    for index in 2..<6 {
      unit = unit << 4 | UInt32(hexadecimalDigit(text[position + index]) ?? 0)
    }
    position += 6
    return unit
  }

  private mutating func append(_ value: UInt32) {
    let short: Unicode.Scalar? =
      switch value {
      case 0x08: "b"
      case 0x09: "t"
      case 0x0A: "n"
      case 0x0C: "f"
      case 0x0D: "r"
      case 0x22: "\""
      case 0x5C: "\\"
      default: nil
      }
    if let short {
      output.append(contentsOf: [ascii("\\"), ascii(short)])
    } else if value < 0x20 {
      let digits = Array("0123456789abcdef".utf8)
      output.append(contentsOf: "\\u00".utf8)
      output.append(contentsOf: [digits[Int(value >> 4)], digits[Int(value & 15)]])
    } else if let scalar = Unicode.Scalar(value) {
      output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  // MARK: Numbers

  private mutating func number(_ text: Span<UInt8>) {
    let isNegative = text[position] == ascii("-")
    if isNegative { position += 1 }
    var digits = self.digits(text)
    let wholeCount = digits.count
    if position < text.count, text[position] == ascii(".") {
      position += 1
      digits += self.digits(text)
    }
    let exponent = exponent(text)
    let fractionCount = max(0, digits.count - wholeCount - exponent)
    if digits.allSatisfy({ $0 == ascii("0") }) {
      // jsonb knows no negative zero; and a zero's exponent may be any.
      output.append(ascii("0"))
      if fractionCount > 0 { output.append(ascii(".")) }
      output.append(contentsOf: repeatElement(ascii("0"), count: fractionCount))
      return
    }
    if isNegative { output.append(ascii("-")) }
    let point = wholeCount + exponent
    if point > digits.count {
      digits.append(contentsOf: repeatElement(ascii("0"), count: point - digits.count))
    } else if point < 1 {
      digits.insert(contentsOf: repeatElement(ascii("0"), count: 1 - point), at: 0)
    }
    let whole = digits.dropLast(fractionCount).drop { $0 == ascii("0") }
    output.append(contentsOf: whole.isEmpty ? [ascii("0")] : Array(whole))
    guard fractionCount > 0 else { return }
    output.append(ascii("."))
    output.append(contentsOf: digits.suffix(fractionCount))
  }

  private mutating func digits(_ text: Span<UInt8>) -> [UInt8] {
    let start = position
    while position < text.count, isDigit(text[position]) { position += 1 }
    return (start..<position).map { text[$0] }
  }

  private mutating func exponent(_ text: Span<UInt8>) -> Int {
    guard position < text.count, text[position] | 0x20 == ascii("e") else { return 0 }
    position += 1
    let isNegative = text[position] == ascii("-")
    if isNegative || text[position] == ascii("+") { position += 1 }
    // It has few digits but for zeros before them: the checker has seen to that.
    let magnitude = digits(text).reduce(0) { $0 * 10 + Int($1 - ascii("0")) }
    return isNegative ? -magnitude : magnitude
  }
}
