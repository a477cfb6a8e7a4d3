// What a value is, by what stands beside it.
extension MessageScanner {
  /// How many bytes are looked back at.
  private static let labelLimit = 40

  /// A number after a word that makes it a code: `exit code 137`, `status=503`, `HTTP/1.1 500`,
  /// `ERROR 1062 (23000)`; also `SQLSTATE 55P03`, `ORA-00942` and `(2006, '…')`.
  func codeLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let run = rest.prefix(while: isAlphanumeric)
    let start = rest.startIndex
    let next = input[run.endIndex...].prefix(2)
    let goesOn = next.count == 2 && ".,".utf8.contains(next.first!) && isDigit(next.last!)
    guard (1...5).contains(run.count), !goesOn else { return nil }
    let (word, gap) = label(before: start)
    let label = word.isEmpty ? "" : String(decoding: word, as: UTF8.self).lowercased()
    if run.count == 5, label.hasSuffix("sqlstate") { return 5 }
    guard run.allSatisfy(isDigit) else { return nil }
    if isVendorCode(start) || isInTuple(start, run.endIndex) { return run.count }
    guard let last = label.split(whereSeparator: { "_-./".contains($0) }).last else { return nil }
    if label.hasPrefix("http/") || FingerprintRules.codeLabels.contains(String(last)) {
      return run.count
    }
    // MySQL's; but `error 17 of 20` and `error: 17 rows` count something.
    let isMySQL = run.count == 4 && (next.first == ascii(":") || next.elementsEqual(" (".utf8))
    return isMySQL && label == "error" && gap == 1 ? run.count : nil
  }

  /// Letters and digits after `id`, `request_id`, `RequestId` and their like.
  func labelledIDLength(_ rest: ArraySlice<UInt8>) -> Int? {
    let word = label(before: rest.startIndex).word
    let isID = ["_id", "-id", "Id", "ID"].contains(where: word.hasSuffix)
    guard isID || word.elementsEqual("id".utf8), isAlphanumeric(rest.first!) else { return nil }
    let run = rest.prefix { isAlphanumeric($0) || $0 == ascii("-") || $0 == ascii("_") }
    let id = run.dropLast(run.reversed().prefix { !isAlphanumeric($0) }.count)
    return id.contains(where: isDigit) ? id.count : nil
  }

  /// A number and its unit, several times over: `1m30s`; or once with a space between: `1.5 GiB`.
  func quantityLength(_ rest: ArraySlice<UInt8>, _ units: FingerprintRules.Units) -> Int? {
    var rest = rest
    let start = rest.startIndex
    while let number = numberLength(rest) {
      rest = rest.dropFirst(number)
      let unit = rest.prefix(while: isUnitByte)
      if unit.isEmpty, rest.isEmpty || isSpace(rest.first!) {
        let word = input[rest.startIndex...].dropFirst().prefix(13).prefix(while: isUnitByte)
        guard rest.startIndex < input.count, input[rest.startIndex] == ascii(" "),
          contains(units.afterSpace, word)
        else { return nil }
        return word.endIndex - start
      }
      guard contains(units.atOnce, unit) else { return nil }
      rest = rest.dropFirst(unit.count)
      if rest.isEmpty || !isDigit(rest.first!) { return rest.startIndex - start }
    }
    return nil
  }

  /// Whether a quotation tells what went wrong: the key or the value of one of
  /// ``FingerprintRules/tellingKeys``, or what an exception was made with, `SomeError('…')`.
  func isTelling(_ quotation: Range<Int>) -> Bool {
    let isEscaped = isEscaped(quotation.lowerBound)
    let before = input[..<(quotation.lowerBound - (isEscaped ? 1 : 0))].suffix(Self.labelLimit)
    let content = input[quotation].dropFirst().dropLast(isEscaped ? 2 : 1)
    let trimmed = before.dropLast(before.reversed().prefix(while: isSpace).count)
    guard let mark = trimmed.last else { return false }
    if mark == ascii("{") || mark == ascii(",") {
      let after = input[quotation.upperBound...].prefix(2).drop(while: isSpace)
      return after.first == ascii(":") && isTellingKey(content)
    }
    let label = trimmed.dropLast()
    if mark == ascii("("), let last = label.last, isAlphanumeric(last) {
      return ["Error", "Exception"].contains { label.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }
    let key = label.dropLast(label.reversed().prefix(while: isSpace).count)
    if mark == ascii("=") { return isTellingKey(key.suffix(while: isNameByte)) }
    guard mark == ascii(":"), let quote = key.last, isQuote(quote) else { return false }
    return isTellingKey(key.dropLast(isEscaped ? 2 : 1).suffix(while: isNameByte))
  }

  /// Whether a backslash stands before an index.
  func isEscaped(_ index: Int) -> Bool { index > 0 && input[index - 1] == ascii("\\") }

  // MARK: What stands before

  /// The word before an index, and how many bytes are between.
  private func label(before index: Int) -> (word: ArraySlice<UInt8>, gap: Int) {
    var end = index
    while end > 0, index - end < 4, isLabelGap(input[end - 1]) { end -= 1 }
    guard end < index else { return ([], 0) }
    var start = end
    while start > 0, end - start < Self.labelLimit, isLabelByte(input[start - 1]) { start -= 1 }
    return (input[start..<end], index - end)
  }

  private func isVendorCode(_ index: Int) -> Bool {
    // All end so.
    guard index > 0, input[index - 1] == ascii("-") || input[index - 1] == ascii(" ") else {
      return false
    }
    return FingerprintRules.codePrefixes.contains { prefix in
      let before = input[..<index].suffix(prefix.utf8.count + 1)
      guard before.suffix(prefix.utf8.count).elementsEqual(prefix.utf8) else { return false }
      return before.count == prefix.utf8.count || !isAlphanumeric(before.first!)
    }
  }

  /// `(2006, '…')`
  private func isInTuple(_ start: Int, _ end: Int) -> Bool {
    guard end - start >= 3, start > 0, input[start - 1] == ascii("(") else { return false }
    let next = input[end...].prefix(3)
    return next.starts(with: ", ".utf8) && next.count == 3 && isQuote(next.last!)
  }

  private func isTellingKey(_ key: ArraySlice<UInt8>) -> Bool {
    key.count <= 20
      && FingerprintRules.tellingKeys.contains(String(decoding: key, as: UTF8.self).lowercased())
  }

  private func contains(_ units: [[UInt8]], _ unit: ArraySlice<UInt8>) -> Bool {
    !unit.isEmpty && units.contains { $0[...] == unit }
  }
}

/// What may stand between a label and its value.
private func isLabelGap(_ byte: UInt8) -> Bool {
  switch byte {
  case ascii(" "), ascii(":"), ascii("="), ascii("("), ascii("["), ascii("'"), ascii("\""),
    ascii("#"):
    true
  default: false
  }
}

private func isLabelByte(_ byte: UInt8) -> Bool {
  isNameByte(byte) || byte == ascii("/") || byte == ascii(".") || byte == ascii("-")
}

private func isNameByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == ascii("_") }

/// A letter, also of µs.
private func isUnitByte(_ byte: UInt8) -> Bool {
  isAlphanumeric(byte) && !isDigit(byte) || byte >= 0x80
}

extension ArraySlice<UInt8> {
  /// The longest end of the bytes that all satisfy a condition.
  fileprivate func suffix(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    self[((lastIndex { !condition($0) } ?? startIndex - 1) + 1)...]
  }
}
