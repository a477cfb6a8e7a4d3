import JSON

/// A message in protobuf's JSON (https://protobuf.dev/programming-guides/json): fields in
/// lowerCamelCase, 64-bit integers as strings, instants as RFC 3339, enums by name.
///
/// Fields without presence are always written, so that a script needs no defaults; messages and
/// wrappers that are absent are left out.
indirect enum ProtobufJSON: Equatable {
  case string(String)
  case int32(Int32)
  case int64(Int64)
  case double(Double)
  case boolean(Bool)
  case array([ProtobufJSON])
  /// Fields in the order in which they are written; those whose value is nil are left out.
  case object([(name: String, value: ProtobufJSON?)])

  static func == (a: ProtobufJSON, b: ProtobufJSON) -> Bool { a.text == b.text }

  /// The JSON text, two spaces a level, without a line feed at its end.
  var text: String {
    var text = ""
    write(to: &text, indentation: "\n")
    return text
  }

  /// The JSON text on one line.
  var line: String {
    var text = ""
    write(to: &text, indentation: "")
    return text
  }

  private func write(to text: inout String, indentation: String) {
    switch self {
    case .string(let string): text += Self.written { $0.appendJSONString(string) }
    case .int32(let number): text += String(number)
    case .int64(let number): text += "\"\(number)\""
    case .double(let number): text += Self.written { $0.appendJSONNumber(number) }
    case .boolean(let value): text += String(value)
    case .array(let elements):
      Self.write(elements, between: ("[", "]"), to: &text, indentation) { element, text, inner in
        element.write(to: &text, indentation: inner)
      }
    case .object(let fields):
      let present = fields.compactMap { field in field.value.map { (field.name, $0) } }
      Self.write(present, between: ("{", "}"), to: &text, indentation) { field, text, inner in
        text += Self.written { $0.appendJSONString(field.0) }
        text += ": "
        field.1.write(to: &text, indentation: inner)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between brackets: (String, String), to text: inout String,
    _ indentation: String, _ write: (Element, inout String, String) -> Void
  ) {
    let inner = indentation.isEmpty ? "" : indentation + "  "
    text += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      text += inner
      write(element, &text, inner)
    }
    if !elements.isEmpty { text += indentation }
    text += brackets.1
  }

  private static func written(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
