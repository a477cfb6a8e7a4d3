// What counts as a value that varies. Each function says how many bytes are one, from the beginning of
// a text on.
extension MessageScanner {
  // MARK: Words

  /// `scheme://…`, with what may stand in a URL but in no other word.
  func urlLength(_ word: ArraySlice<UInt8>) -> Int? {
    guard let colon = word.firstIndex(of: ascii(":")), colon > word.startIndex,
      word[colon...].starts(with: "://".utf8)
    else { return nil }
    let url = input[word.startIndex...].prefix { isWordByte($0) || "?=;!".utf8.contains($0) }
    let last = url.lastIndex { !".:,;!?".utf8.contains($0) }
    return (last ?? word.startIndex) + 1 - word.startIndex
  }

  /// `/a`, `./a`, `../a`, `~/a`, `C:\a`, and anything with two separators that is no date; with the
  /// query of a URL where one follows.
  func pathLength(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.count > 1, let first = word.first, !isDigit(first) else { return nil }
    let separators = word.reduce(0) { $0 + (isSeparator($1) ? 1 : 0) }
    let begins = ["/", "./", "../", "~/", "\\"].contains { word.starts(with: $0.utf8) }
    let drive = word.dropFirst().starts(with: ":\\".utf8)
    guard separators > 1 || begins || drive else { return nil }
    let rest = input[word.endIndex...]
    guard rest.first == ascii("?") else { return word.count }
    let query = rest.prefix { isWordByte($0) || "?=;".utf8.contains($0) }
    let last = query.lastIndex { !".:,;?".utf8.contains($0) }
    return (last.map { $0 + 1 } ?? word.endIndex) - word.startIndex
  }

  /// `someone@host.example`, or `someone@host`; but Java's `Job@1b6d358` is none.
  func isMailAddress(_ word: ArraySlice<UInt8>) -> Bool {
    guard let at = word.firstIndex(of: ascii("@")), at > word.startIndex else { return false }
    let host = word[at...].dropFirst()
    if host.contains(ascii(".")) { return true }
    let isName = host.allSatisfy { isAlphanumeric($0) || $0 == ascii("-") }
    return isName && host.first.map { !isDigit($0) } ?? false
      && word[..<at].allSatisfy { $0 != ascii(".") && $0 != ascii("$") }
  }

  /// 32 characters or more of Base64 among which are capital and small letters, and digits in
  /// several places; and its padding.
  func base64Length(_ word: ArraySlice<UInt8>) -> Int? {
    let isBase64 = word.allSatisfy { isAlphanumeric($0) || "+/-_".utf8.contains($0) }
    guard word.count >= 32, isBase64, word.first != ascii("/"), changes(in: word) >= 3,
      word.contains(where: (ascii("a")...ascii("z")).contains),
      word.contains(where: (ascii("A")...ascii("Z")).contains)
    else { return nil }
    return word.count + input[word.endIndex...].prefix(2).prefix { $0 == ascii("=") }.count
  }

  /// `LINE 3: …`, and what is in the next line where that is a caret alone.
  func statementLineLength(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.elementsEqual("LINE".utf8) else { return nil }
    let rest = input[word.endIndex...].dropFirst()
    let number = rest.prefix(while: isDigit)
    guard !number.isEmpty, rest.dropFirst(number.count).hasPrefix(": ") else { return nil }
    let line = rest.prefix { $0 != ascii("\n") }
    let caret = input[line.endIndex...].dropFirst().prefix { $0 != ascii("\n") }
    let end = caret.trimmed.elementsEqual("^".utf8) ? caret.endIndex : line.endIndex
    return end - word.startIndex
  }

  // MARK: Brackets

  /// `[::1]:443`
  func bracketedAddressLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let inner = rest.dropFirst().prefix(50).prefix { $0 != ascii("]") }
    guard inner.endIndex < rest.endIndex, input[inner.endIndex] == ascii("]"),
      addressLength(inner) == inner.count
    else { return nil }
    let port = rest[(inner.endIndex + 1)...]
    let digits = port.dropFirst().prefix(while: isDigit)
    let hasPort = port.first == ascii(":") && !digits.isEmpty
    return (hasPort ? digits.endIndex : port.startIndex) - rest.startIndex
  }

  /// `[SQL: …]` or `[parameters: …]`, up to a bracket that ends a line.
  func statementLength(_ rest: ArraySlice<UInt8>) -> Int? {
    guard rest.hasPrefix("[SQL: ") || rest.hasPrefix("[parameters: ") else { return nil }
    let end = rest.firstEnd(of: "]\n").map { $0 - 1 } ?? rest.endIndex
    return end - rest.startIndex
  }

  // MARK: Values

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

  /// `0x` and hexadecimal digits, or the hash in Java's `Object@1b6d358`.
  func hexLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let isMarked = rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8)
    let isHash = rest.startIndex > 0 && input[rest.startIndex - 1] == ascii("@")
    guard isMarked || isHash else { return nil }
    let digits = rest.dropFirst(isMarked ? 2 : 0).prefix { hexadecimalDigit($0) != nil }
    let length = digits.endIndex - rest.startIndex
    guard ends(rest, at: length), isMarked ? !digits.isEmpty : digits.contains(where: isDigit)
    else { return nil }
    return length
  }

  /// 8 hexadecimal digits or more, among which are a digit and a letter.
  func digestLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix { hexadecimalDigit($0) != nil }
    guard digits.count >= 8, digits.contains(where: isDigit), !digits.allSatisfy(isDigit),
      ends(rest, at: digits.count)
    else { return nil }
    return digits.count
  }

  /// Letters and digits without sense, which change at least three times.
  func mixedLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let run = rest.prefix(while: isAlphanumeric)
    return changes(in: run) >= 3 ? run.count : nil
  }

  /// The five letters and digits that Kubernetes ends a pod's name with, which make no words: after
  /// the hash of its deployment or the time of its job.
  func podSuffixLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let run = rest.prefix { "bcdfghjklmnpqrstvwxz2456789".utf8.contains($0) }
    guard run.count == 5, ends(rest, at: 5), outputEnds(with: "<id>-") || outputEnds(with: "<n>-")
    else { return nil }
    return 5
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

  /// How often digits and what is none take turns.
  private func changes(in text: ArraySlice<UInt8>) -> Int {
    zip(text, text.dropFirst()).reduce(0) { count, pair in
      isDigit(pair.0) == isDigit(pair.1) ? count : count + 1
    }
  }

  /// Whether the text begins like the pattern, in which 0 is any digit.
  private func matches(_ text: ArraySlice<UInt8>, _ pattern: StaticString) -> Bool {
    guard text.count >= pattern.utf8CodeUnitCount else { return false }
    return zip(text, pattern.description.utf8).allSatisfy { byte, expected in
      expected == ascii("0") ? isDigit(byte) : byte == expected
    }
  }

  /// Whether a value of this length ends there: no letter or digit goes on with it.
  func ends(_ rest: ArraySlice<UInt8>, at length: Int) -> Bool {
    length == rest.count || !isAlphanumeric(rest[rest.startIndex + length])
  }
}

private func isSeparator(_ byte: UInt8) -> Bool { byte == ascii("/") || byte == ascii("\\") }
