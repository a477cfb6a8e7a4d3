internal import CLibpq

extension PostgresOptions {
  /// A connection string or URI as keywords and values, in libpq's order, with `***` for what is secret,
  /// such as passwords. Nil where it is none: what it holds is then not known, and so not to be shown.
  public static func redacted(conninfo: String) -> String? {
    guard let options = PQconninfoParse(conninfo, nil) else { return nil }
    defer { PQconninfoFree(options) }
    var shown: [String] = []
    var option = options
    while let keyword = option.pointee.keyword {
      // Of several hosts of a URI without ports it has the commas.
      if let value = option.pointee.val.map({ String(cString: $0) }),
        !value.allSatisfy({ $0 == "," })
      {
        // libpq says of itself what a dialog should hide.
        let isSecret = option.pointee.dispchar?.pointee == CChar(UInt8(ascii: "*"))
        shown.append("\(String(cString: keyword))=\(isSecret ? "***" : quoted(value))")
      }
      option += 1
    }
    return shown.joined(separator: " ")
  }

  /// A value as a connection string has it.
  private static func quoted(_ value: String) -> String {
    guard value.contains(where: { " '\\".contains($0) }) else { return value }
    let escaped = value.reduce(into: "") { text, character in
      if character == "'" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return "'\(escaped)'"
  }
}
