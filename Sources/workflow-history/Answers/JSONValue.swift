import JSON

/// What stands on a line of its own, in an audit log or where long work says how far it has come: JSON
/// with 64-bit integers as strings, as in protobuf's.
indirect enum JSONValue: Equatable {
  case string(String)
  case int32(Int32)
  case int64(Int64)
  case double(Double)
  case boolean(Bool)
  case array([JSONValue])
  /// Members in the order in which they are written; those whose value is nil are left out.
  case object([(name: String, value: JSONValue?)])

  static func == (a: JSONValue, b: JSONValue) -> Bool { a.line == b.line }

  /// The JSON text on one line, without a line feed at its end.
  var line: String { JSONLayout.line(compact) }

  /// The JSON text without white space.
  var compact: [UInt8] {
    var text: [UInt8] = []
    write(to: &text)
    return text
  }

  private func write(to text: inout [UInt8]) {
    switch self {
    case .string(let string): text.appendJSONString(string)
    case .int32(let number): text += String(number).utf8
    case .int64(let number): text.appendJSONString(String(number))
    case .double(let number): text.appendJSONNumber(number)
    case .boolean(let value): text += String(value).utf8
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        element.write(to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let members):
      text.append(UInt8(ascii: "{"))
      var isFirst = true
      for (name, value) in members {
        guard let value else { continue }
        if !isFirst { text.append(UInt8(ascii: ",")) }
        isFirst = false
        text.appendJSONString(name)
        text.append(UInt8(ascii: ":"))
        value.write(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }
}
