/// Reads a message from its beginning to its end, and replaces what ``FingerprintRules`` names.
struct MessageScanner {
  /// How many bytes of a value are looked at together, which bounds what a part costs.
  private static let valueLimit = 256

  let input: [UInt8]
  private(set) var position = 0
  private(set) var output: [UInt8] = []
  /// The quotes that have no partner from here on, so that none is looked for twice; those after a
  /// backslash with their highest bit set.
  private var unpaired: Set<UInt8> = []
  /// Whether the input stands in quotes itself.
  private let isQuoted: Bool

  private init(_ input: [UInt8], isQuoted: Bool = false) {
    self.input = input
    self.isQuoted = isQuoted
  }

  /// The bytes of a message, its typographic quotes as plain ones.
  static func text(of message: String) -> [UInt8] {
    guard message.utf8.contains(typographicQuoteStart) else { return Array(message.utf8) }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: message.unicodeScalars.lazy.map(plainQuote))
    return Array(String(scalars).utf8)
  }

  /// What is left of a text, as far as a fingerprint goes.
  static func fingerprint(of text: [UInt8]) -> String {
    var scanner = MessageScanner(text)
    scanner.scan()
    let text = String(decoding: scanner.output, as: UTF8.self)
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.prefix(ErrorFingerprint.messageLimit))
    return String(scalars)
  }

  /// Whether there is enough output. No scalar has more than four bytes.
  private var isFull: Bool { output.count >= 4 * ErrorFingerprint.messageLimit }

  private mutating func scan() {
    while position < input.count, !isFull {
      let byte = input[position]
      if isSpace(byte) {
        position += 1
        if let last = output.last, last != ascii(" ") { output.append(ascii(" ")) }
      } else if isQuote(byte), let end = closingQuote() {
        scanQuotation(end: end)
      } else if isWordByte(byte) {
        scanWord()
      } else if byte != ascii("[") || !apply(FingerprintRules.brackets, to: input[position...]) {
        // Python writes a comma after the only value of a tuple.
        if byte == ascii(")"), output.last == ascii(",") { output.removeLast() }
        output.append(byte)
        position += 1
      }
    }
    if output.last == ascii(" ") { output.removeLast() }
  }

  /// Reads what stands in quotes: a value, or words that tell what went wrong.
  private mutating func scanQuotation(end: Int) {
    let quotation = position..<end
    guard !isQuoted, isTelling(quotation) else { return emit("'?'", upTo: end) }
    let content = input[quotation].dropFirst().dropLast(isEscaped(quotation.lowerBound) ? 2 : 1)
    var inner = MessageScanner(Array(content), isQuoted: true)
    inner.scan()
    output.append(ascii("'"))
    output.append(contentsOf: inner.output)
    output.append(ascii("'"))
    position = end
  }

  /// Reads a word, and the punctuation of the sentence that follows it at once.
  private mutating func scanWord() {
    let end = input[position...].firstIndex { !isWordByte($0) } ?? input.count
    let punctuation = ".:,".utf8
    let core = (input[position..<end].lastIndex { !punctuation.contains($0) } ?? position - 1) + 1
    _ = apply(FingerprintRules.words, to: input[position..<core])
    while position < core, !isFull {
      scanPart(input[position..<min(core, position + Self.valueLimit)])
    }
    // A value may go on in the next word.
    guard !isFull, position < end else { return }
    output.append(contentsOf: input[position..<end])
    position = end
  }

  /// Reads one part of a word: a value that varies, or letters up to where one may begin.
  private mutating func scanPart(_ rest: ArraySlice<UInt8>) {
    if apply(FingerprintRules.values, to: rest) { return }
    repeat {
      output.append(input[position])
      position += 1
    } while position < rest.endIndex && !isDigit(input[position]) && !startsRun(position)
  }

  /// Applies the first rule that fits, if any does.
  private mutating func apply(_ rules: [FingerprintRule], to text: ArraySlice<UInt8>) -> Bool {
    for rule in rules {
      guard let length = rule.length(self, text) else { continue }
      let end = position + length
      if let placeholder = rule.placeholder {
        emit(placeholder, upTo: end)
      } else {
        output.append(contentsOf: input[position..<end])
        position = end
      }
      return true
    }
    return false
  }

  /// Replaces the bytes from here to `end`. What follows its like at once becomes one with it: the
  /// pieces of a value that is longer than ``valueLimit``. So do the items of a list, and a date and a
  /// time of day.
  private mutating func emit(_ placeholder: String, upTo end: Int) {
    position = end
    let isKey = end < input.count && input[end] == ascii(":")
    if !isKey, outputEnds(with: placeholder + ", ") { output.removeLast(2) }
    if placeholder == "<time>", outputEnds(with: "<time> ") { output.removeLast() }
    if !outputEnds(with: placeholder) { output.append(contentsOf: placeholder.utf8) }
  }

  /// Whether this was written last.
  func outputEnds(with suffix: String) -> Bool {
    output.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  /// Whether a run of letters and digits begins at an index.
  private func startsRun(_ index: Int) -> Bool {
    isAlphanumeric(input[index]) && !isAlphanumeric(input[index - 1])
  }

  /// Where the quotation that begins here ends, or nil if it is an apostrophe or has no end. The
  /// closing quote is one that no letter or digit follows, after a backslash where the opening one is.
  private mutating func closingQuote() -> Int? {
    let quote = input[position]
    let isEscaped = isEscaped(position)
    let kind = isEscaped ? quote | 0x80 : quote
    if unpaired.contains(kind) { return nil }
    if position > 0, isAlphanumeric(input[position - 1]) { return nil }
    // Ruby and others write `so'.
    let isBacktick = quote == ascii("`")
    var index = position + 1
    while index < input.count {
      let isLast = index + 1 == input.count
      let isPartner = input[index] == quote || isBacktick && input[index] == ascii("'")
      if isPartner, self.isEscaped(index) == isEscaped, isLast || !isAlphanumeric(input[index + 1])
      {
        return index + 1
      }
      index += 1
    }
    unpaired.insert(kind)
    return nil
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
private let typographicQuoteStart: UInt8 = 0xE2

/// The ASCII quote for a typographic one, and every other scalar as it is.
private func plainQuote(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar {
  case "\u{2018}", "\u{2019}": "'"
  case "\u{201C}", "\u{201D}": "\""
  default: scalar
  }
}
