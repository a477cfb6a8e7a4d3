/// What error messages have in common that differ only in ids, numbers, times and the like.
///
/// The parts that vary are replaced: `<uuid>`, `<time>`, `<url>`, `<path>`, `<address>`, `<hex>`,
/// `<id>` (letters and digits that change at least three times: `x2x9z`), `<n>`, and `'?'` for what
/// stands in quotes. White space is folded, and what is past ``lengthLimit`` is dropped. The time
/// that it takes grows with the message's length alone.
public struct ErrorFingerprint {
  /// How many characters (Unicode scalars) a fingerprint has at most.
  public static let lengthLimit = 200

  /// The fingerprint of a message. Equal messages have equal ones, in every release that keeps
  /// rollups of them.
  public static func fingerprint(of message: String) -> String {
    var scanner = ErrorFingerprint(message)
    scanner.scan()
    let text = String(decoding: scanner.output, as: UTF8.self)
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.prefix(lengthLimit))
    return String(scalars)
  }

  /// How many bytes of a value are looked at together, which bounds what a part costs.
  private static let valueLimit = 256

  let input: [UInt8]
  private var position = 0
  private(set) var output: [UInt8] = []
  /// The quotes that have no partner from here on, so that none is looked for twice.
  private var unpaired: Set<UInt8> = []

  private init(_ message: String) {
    guard message.utf8.contains(typographicQuoteStart) else {
      input = Array(message.utf8)
      return
    }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: message.unicodeScalars.lazy.map(plainQuote))
    input = Array(String(scalars).utf8)
  }

  /// Whether there is enough output. No scalar has more than four bytes.
  private var isFull: Bool { output.count >= 4 * Self.lengthLimit }

  private mutating func scan() {
    while position < input.count, !isFull {
      let byte = input[position]
      if isSpace(byte) {
        position += 1
        if let last = output.last, last != ascii(" ") { output.append(ascii(" ")) }
      } else if isQuote(byte), let end = closingQuote() {
        emit("'?'", upTo: end)
      } else if isWordByte(byte) {
        scanWord()
      } else {
        output.append(byte)
        position += 1
      }
    }
    if output.last == ascii(" ") { output.removeLast() }
  }

  /// Reads a word, and the punctuation of the sentence that follows it at once.
  private mutating func scanWord() {
    let end = input[position...].firstIndex { !isWordByte($0) } ?? input.count
    let punctuation = ".:,".utf8
    let core = (input[position..<end].lastIndex { !punctuation.contains($0) } ?? position - 1) + 1
    if isURL(input[position..<core]) { return scanURL(end: end) }
    if let placeholder = placeholder(forWord: input[position..<core]) {
      emit(placeholder, upTo: core)
    }
    while position < core, !isFull { scanPart(end: core) }
    guard !isFull else { return }
    output.append(contentsOf: input[position..<end])
    position = end
  }

  /// Reads a URL, with what may stand in one but in no other word.
  private mutating func scanURL(end word: Int) {
    let end = input[word...].firstIndex { !isWordByte($0) && !"?=;!".utf8.contains($0) }
    let punctuation = ".:,;!?".utf8
    let last = input[position..<(end ?? input.count)].lastIndex { !punctuation.contains($0) }
    emit("<url>", upTo: (last ?? position) + 1)
  }

  /// Replaces the bytes from here to `end`. What follows its like at once becomes one with it: the
  /// pieces of a value that is longer than ``valueLimit``. So do a date and a time of day.
  private mutating func emit(_ placeholder: String, upTo end: Int) {
    position = end
    if placeholder == "<time>", ends(output, with: "<time> ") { output.removeLast() }
    if !ends(output, with: placeholder) { output.append(contentsOf: placeholder.utf8) }
  }

  private func ends(_ text: [UInt8], with suffix: String) -> Bool {
    text.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  /// Reads one part of a word: a value that varies, or letters up to where one may begin.
  private mutating func scanPart(end: Int) {
    let rest = input[position..<min(end, position + Self.valueLimit)]
    if let length = uuidLength(rest) {
      emit("<uuid>", upTo: position + length)
    } else if let length = timeLength(rest) {
      emit("<time>", upTo: position + length)
    } else if let length = addressLength(rest) {
      emit("<address>", upTo: position + length)
    } else if let length = hexLength(rest) {
      emit("<hex>", upTo: position + length)
    } else if let length = mixedLength(rest) {
      emit("<id>", upTo: position + length)
    } else if let length = numberLength(rest) {
      emit("<n>", upTo: position + length)
    } else {
      repeat {
        output.append(input[position])
        position += 1
      } while position < end && !isDigit(input[position]) && !startsRun(position)
    }
  }

  /// Whether a run of letters and digits begins at an index.
  private func startsRun(_ index: Int) -> Bool {
    isAlphanumeric(input[index]) && !isAlphanumeric(input[index - 1])
  }

  /// Where the quotation that begins here ends, or nil if it is an apostrophe or has no end. The
  /// closing quote is one that no letter or digit follows.
  private mutating func closingQuote() -> Int? {
    let quote = input[position]
    if unpaired.contains(quote) { return nil }
    if position > 0, isAlphanumeric(input[position - 1]) { return nil }
    var index = position + 1
    while index < input.count {
      let isLast = index + 1 == input.count
      if input[index] == quote, isLast || !isAlphanumeric(input[index + 1]) { return index + 1 }
      index += 1
    }
    unpaired.insert(quote)
    return nil
  }
}
