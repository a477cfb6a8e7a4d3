/// Numbers of JSON (RFC 8259, section 6).
public enum JSONNumber {
  /// The shortest decimal that reads back as the same number, which must be finite.
  public static func spelled(_ number: Double) -> String {
    precondition(number.isFinite, "JSON has no infinity")
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
