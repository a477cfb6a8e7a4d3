/// What a field of an input holds, coarse enough that there are not too many of it.
public enum InputValue: Hashable, Sendable {
  /// A text of at most ``longestText`` bytes of UTF-8.
  case text(String)
  /// A whole number between -1000 and 1000.
  case integer(Int16)
  /// Any other number, by its sign and size: from 10^exponent up to ten times as much.
  case magnitude(isNegative: Bool, exponent: Int16)
  /// `true` or `false`.
  case boolean(Bool)
  /// `null`.
  case null

  /// How long a text may be. A longer one is no category of anything.
  public static let longestText = 64

  /// The value of a JSON number, by its text. Nil where it is none, or too large for a `Double`.
  init?(number text: String) {
    guard let number = Double(text), number.isFinite else { return nil }
    if number == number.rounded(), abs(number) < 1000 {
      self = .integer(Int16(number))
    } else {
      self.init(size: text)
    }
  }

  /// The size of a JSON number other than 0, by its text.
  init?(size text: String) {
    guard let number = Double(text), number.isFinite, number != 0 else { return nil }
    self = .magnitude(isNegative: number < 0, exponent: Self.decimalExponent(abs(number)))
  }

  /// The exponent of the power of ten at or below a number over 0, as its shortest decimal has it.
  private static func decimalExponent(_ number: Double) -> Int16 {
    var exponent = Int16((ln(number) / ln(10)).rounded(.down))
    // The logarithm may miss a power of ten by its last bit.
    if number >= power(ofTen: exponent + 1) { exponent += 1 }
    if number < power(ofTen: exponent) { exponent -= 1 }
    return exponent
  }

  private static func power(ofTen exponent: Int16) -> Double {
    Double("1e\(exponent)") ?? .infinity
  }
}

extension InputValue: CustomStringConvertible {
  /// As it stands in JSON; a size is `1e4..<1e5`.
  public var description: String {
    switch self {
    case .text(let text): JSONText.quoted(text)
    case .integer(let number): String(number)
    case .magnitude(false, let exponent): "1e\(exponent)..<1e\(exponent + 1)"
    case .magnitude(true, let exponent): "-1e\(exponent + 1)<..-1e\(exponent)"
    case .boolean(let value): String(value)
    case .null: "null"
    }
  }
}
