/// Comma-separated values (RFC 4180), whose lines may end in a line feed alone.
enum CSV {
  /// Appends a field: in quotes where it must be, or begins or ends in a space.
  static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
    let space = UInt8(ascii: " ")
    guard field.contains(where: isSpecial) || field.first == space || field.last == space else {
      bytes.append(contentsOf: field)
      return
    }
    bytes.append(quote)
    for byte in field {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }

  /// The fields of a record, which has no line end behind it; nil where its quotes are wrong.
  static func fields(of record: ArraySlice<UInt8>) -> [[UInt8]]? {
    var fields: [[UInt8]] = []
    var rest = record
    while true {
      guard let field = rest.first == quote ? quoted(&rest) : plain(&rest) else { return nil }
      fields.append(field)
      guard rest.popFirst() != nil else { return fields }
    }
  }

  static let quote = UInt8(ascii: "\"")
  static let comma = UInt8(ascii: ",")

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == quote || byte == comma || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// A field without quotes, up to a comma or the end.
  private static func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let field = rest.prefix { $0 != comma }
    rest = rest[field.endIndex...]
    return field.contains(quote) ? nil : Array(field)
  }

  /// A field in quotes, up to a comma or the end.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var field: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
      guard byte == quote else {
        field.append(byte)
        continue
      }
      if rest.first == quote {
        field.append(rest.removeFirst())
      } else {
        return rest.first ?? comma == comma ? field : nil
      }
    }
    return nil
  }
}
