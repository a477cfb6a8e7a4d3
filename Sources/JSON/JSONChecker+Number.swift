extension JSONChecker {
  /// Reads a number, and refuses one that is too long once it is written out.
  mutating func number(_ text: Span<UInt8>) throws(JSONError) {
    let start = position
    let isNegative = take(UInt8(ascii: "-"), text)
    let whole = position
    let wholeDigits = digits(text)
    guard wholeDigits > 0 else { throw failure("expected a digit") }
    if wholeDigits > 1, text[whole] == UInt8(ascii: "0") {
      position = whole
      throw failure("a number can't begin with 0 and another digit")
    }
    var fractionDigits = 0
    if take(UInt8(ascii: "."), text) {
      fractionDigits = digits(text)
      guard fractionDigits > 0 else { throw failure("expected a digit after the point") }
    }
    let mantissa = text.extracting(whole..<position)
    // jsonb knows no negative zero.
    let sign = isNegative && !isZero(mantissa) ? 1 : 0
    var writtenLength = sign + mantissa.count
    if take(UInt8(ascii: "e"), text) || take(UInt8(ascii: "E"), text) {
      let exponent = try exponent(text)
      writtenLength =
        sign
        + writtenOut(
          mantissa, wholeDigits: wholeDigits, fractionDigits: fractionDigits, exponent: exponent)
    }
    account(read: position - start, rendered: writtenLength)
    guard writtenLength <= numberLimit else {
      position = start
      throw failure(
        "a number is longer than \(numberLimit) characters when written out")
    }
  }

  /// Steps over a run of digits and returns how many there were.
  private mutating func digits(_ text: Span<UInt8>) -> Int {
    let start = position
    while position < text.count, text[position].isDigit { position += 1 }
    return position - start
  }

  /// Reads what follows an `e`. An exponent past ±1,000,000,000 is given as that: no text of
  /// ours has as many digits, so that either is far too long when it is written out.
  private mutating func exponent(_ text: Span<UInt8>) throws(JSONError) -> Int {
    let isNegative = take(UInt8(ascii: "-"), text)
    if !isNegative { _ = take(UInt8(ascii: "+"), text) }
    let start = position
    var magnitude = 0
    while position < text.count, text[position].isDigit {
      magnitude = min(magnitude * 10 + Int(text[position] - UInt8(ascii: "0")), Self.exponentLimit)
      position += 1
    }
    guard position > start else { throw failure("expected a digit in the exponent") }
    return isNegative ? -magnitude : magnitude
  }

  private static let exponentLimit = 1_000_000_000

  /// Whether all of the digits are 0.
  private func isZero(_ mantissa: Span<UInt8>) -> Bool {
    for index in mantissa.indices where mantissa[index] != UInt8(ascii: "0") {
      guard mantissa[index] == UInt8(ascii: ".") else { return false }
    }
    return true
  }

  /// How many characters Postgres' numeric prints for a mantissa (without its sign) and an
  /// exponent: all of the digits before the point, and as many after it as the mantissa's
  /// fraction has beyond the exponent, zeros at the end included.
  private func writtenOut(
    _ mantissa: Span<UInt8>, wholeDigits: Int, fractionDigits: Int, exponent: Int
  ) -> Int {
    // Postgres refuses exponents near 2^30, even of 0.
    guard abs(exponent) < Self.exponentLimit else { return Self.exponentLimit }
    var leadingZeros = 0
    for index in mantissa.indices where mantissa[index] != UInt8(ascii: ".") {
      guard mantissa[index] == UInt8(ascii: "0") else { break }
      leadingZeros += 1
    }
    let before = isZero(mantissa) ? 1 : max(1, wholeDigits - leadingZeros + exponent)
    let after = max(0, fractionDigits - exponent)
    return before + (after > 0 ? 1 + after : 0)
  }
}
