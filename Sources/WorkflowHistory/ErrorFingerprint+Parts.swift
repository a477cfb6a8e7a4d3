// What counts as a value that varies.
extension ErrorFingerprint {
  /// The placeholder of a word that varies as a whole, or nil.
  func placeholder(forWord word: ArraySlice<UInt8>) -> String? {
    if isPath(word) { return "<path>" }
    if isMailAddress(word) { return "<address>" }
    return nil
  }

  /// `scheme://…`
  func isURL(_ word: ArraySlice<UInt8>) -> Bool {
    guard let colon = word.firstIndex(of: ascii(":")), colon > word.startIndex else { return false }
    return word[colon...].starts(with: "://".utf8)
  }

  /// `/a`, `./a`, `../a`, `~/a`, `C:\a`, and anything with two separators that is no date.
  private func isPath(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count > 1, let first = word.first, !isDigit(first) else { return false }
    let separators = word.reduce(0) { $0 + (isSeparator($1) ? 1 : 0) }
    let begins = ["/", "./", "../", "~/", "\\"].contains { word.starts(with: $0.utf8) }
    let drive = word.dropFirst().starts(with: ":\\".utf8)
    return separators > 1 || begins || drive
  }

  /// `someone@host.example`
  private func isMailAddress(_ word: ArraySlice<UInt8>) -> Bool {
    guard let at = word.firstIndex(of: ascii("@")), at > word.startIndex else { return false }
    return word[at...].contains(ascii("."))
  }

  /// 8-4-4-4-12 hexadecimal digits.
  func uuidLength(_ rest: ArraySlice<UInt8>) -> Int? {
    guard rest.count >= 36 else { return nil }
    let text = rest.prefix(36)
    for (index, byte) in text.enumerated() {
      let isHyphen = index == 8 || index == 13 || index == 18 || index == 23
      if isHyphen ? byte != ascii("-") : hexadecimalDigit(byte) == nil { return nil }
    }
    return ends(rest, at: 36) ? 36 : nil
  }

  /// `2026-01-31` with what is written without a space after it (`T12:30:00.5+01:00`), or
  /// `12:30:00` with its fraction and zone.
  func timeLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let isDate = matches(rest, "0000-00-00") || matches(rest, "0000/00/00")
    guard isDate || matches(rest, "00:00:00") else { return nil }
    let tail = rest.dropFirst(isDate ? 10 : 8).prefix { byte in
      isDigit(byte) || [UInt8]("TZ:.,+-".utf8).contains(byte)
    }
    // The punctuation of a sentence is not the time's.
    let kept = tail.lastIndex { isDigit($0) || $0 == ascii("Z") }
    return (kept.map { $0 + 1 } ?? tail.startIndex) - rest.startIndex
  }

  /// An IPv4 address with a port where one follows; or an IPv6 or MAC one, which has three colons
  /// or two that stand together, and a digit.
  func addressLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let v4 = rest.prefix { isDigit($0) || $0 == ascii(".") || $0 == ascii(":") }
    let groups = v4.prefix { $0 != ascii(":") }.split(
      separator: ascii("."), omittingEmptySubsequences: false)
    if groups.count == 4, groups.allSatisfy({ (1...3).contains($0.count) }),
      ends(rest, at: v4.count)
    {
      return v4.last == ascii(":") ? v4.count - 1 : v4.count
    }
    let v6 = rest.prefix { hexadecimalDigit($0) != nil || $0 == ascii(":") }
    let fields = v6.split(separator: ascii(":"), omittingEmptySubsequences: false)
    let isLong = fields.count >= 4 || fields.dropFirst().dropLast().contains { $0.isEmpty }
    guard isLong, fields.allSatisfy({ $0.count <= 4 }), v6.contains(where: isDigit),
      ends(rest, at: v6.count)
    else { return nil }
    return v6.last == ascii(":") ? v6.count - 1 : v6.count
  }

  /// `0x` and hexadecimal digits; 8 and more of them among which are a digit and a letter; or the
  /// hash in Java's `Object@1b6d358`.
  func hexLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let isMarked = rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8)
    let digits = rest.dropFirst(isMarked ? 2 : 0).prefix { hexadecimalDigit($0) != nil }
    let length = digits.endIndex - rest.startIndex
    guard !digits.isEmpty, ends(rest, at: length) else { return nil }
    if isMarked { return length }
    let isHash = rest.startIndex > 0 && input[rest.startIndex - 1] == ascii("@")
    if isHash, digits.contains(where: isDigit) { return length }
    return digits.count >= 8 && digits.contains(where: isDigit) && !digits.allSatisfy(isDigit)
      ? length : nil
  }

  /// Letters and digits without sense, as in the name of a pod: they change at least three times.
  func mixedLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let run = rest.prefix(while: isAlphanumeric)
    let changes = zip(run, run.dropFirst()).reduce(0) { count, pair in
      isDigit(pair.0) == isDigit(pair.1) ? count : count + 1
    }
    return changes >= 3 ? run.count : nil
  }

  /// Digits with points and commas between them, and an exponent; with a sign where the number
  /// stands alone.
  func numberLength(_ rest: ArraySlice<UInt8>) -> Int? {
    var index = rest.startIndex
    let isSigned = rest.first == ascii("-") || rest.first == ascii("+")
    if isSigned, index == 0 || !isWordByte(input[index - 1]) { index += 1 }
    guard index < rest.endIndex, isDigit(rest[index]) else { return nil }
    while index < rest.endIndex {
      let next = index + 1
      let followed = next < rest.endIndex && isDigit(rest[next])
      let isPoint = rest[index] == ascii(".") || rest[index] == ascii(",")
      guard isDigit(rest[index]) || isPoint && followed else { break }
      index = next
    }
    let exponent = rest[index...]
    if exponent.first == ascii("e") || exponent.first == ascii("E") {
      let digits = exponent.dropFirst().drop { $0 == ascii("-") || $0 == ascii("+") }
        .prefix(while: isDigit)
      if !digits.isEmpty, ends(rest, at: digits.endIndex - rest.startIndex) {
        index = digits.endIndex
      }
    }
    return index - rest.startIndex
  }

  /// Whether the text begins like the pattern, in which 0 is any digit.
  private func matches(_ text: ArraySlice<UInt8>, _ pattern: StaticString) -> Bool {
    guard text.count >= pattern.utf8CodeUnitCount else { return false }
    return zip(text, pattern.description.utf8).allSatisfy { byte, expected in
      expected == ascii("0") ? isDigit(byte) : byte == expected
    }
  }

  /// Whether a value of this length ends there: no letter or digit goes on with it.
  private func ends(_ rest: ArraySlice<UInt8>, at length: Int) -> Bool {
    length == rest.count || !isAlphanumeric(rest[rest.startIndex + length])
  }
}

/// Whether the byte can stand inside a word: all but white space, quotes and brackets, and what
/// separates the items of a list.
func isWordByte(_ byte: UInt8) -> Bool {
  !isSpace(byte) && !isQuote(byte) && !"()[]{}<>;=|!?".utf8.contains(byte)
}

/// Whether the byte may begin or end a quotation.
func isQuote(_ byte: UInt8) -> Bool {
  byte == ascii("'") || byte == ascii("\"") || byte == ascii("`")
}

/// The first byte of every typographic quote.
let typographicQuoteStart: UInt8 = 0xE2

/// The ASCII quote for a typographic one, and every other scalar as it is.
func plainQuote(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar {
  case "\u{2018}", "\u{2019}": "'"
  case "\u{201C}", "\u{201D}": "\""
  default: scalar
  }
}

private func isSeparator(_ byte: UInt8) -> Bool { byte == ascii("/") || byte == ascii("\\") }
