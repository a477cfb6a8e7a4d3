import JSON
public import ProtobufMessages

/// Parts of a message, as HTTP says them apart. The wire bytes of parts, one after the other, are those
/// of the message.
extension JSONMapping {
  /// The wire bytes of a field, with its key, whose value a JSON text says. Errors are as those of a
  /// message that has the field.
  ///
  /// - Parameter json: The text. Bounding its length is the caller's business.
  public func wire(
    fromJSON json: [UInt8], asField field: FieldDescriptor
  ) throws(MessageError) -> [UInt8] {
    try parse(json) { (parser) throws(FieldError) in try parser.field(field) }
  }

  /// The wire bytes of a field, with its key, whose value a plain text says, as in a URL: numbers, truth
  /// values and enums are as in JSON, and strings and instants have no quotes.
  ///
  /// - Parameters:
  ///   - text: The value; of a repeated field one of its elements.
  ///   - fields: The fields that lead to it from the message, itself the last.
  public func wire(
    fromText text: String, at fields: [FieldDescriptor]
  ) throws(MessageError) -> [UInt8] {
    var parser = MessageParser([], mapping: self)
    do throws(FieldError) {
      return try parser.text(text, at: fields)
    } catch {
      throw MessageError(error, subject: "the text")
    }
  }

  /// A name that the caller has sent, as far as an error may repeat it.
  public static func shown(_ name: String) -> String {
    name.utf8.count <= 64 && !name.isEmpty && isPath(name) ? name : "(a name)"
  }

  func parse(
    _ json: [UInt8], _ body: (inout MessageParser) throws(FieldError) -> Void
  ) throws(MessageError) -> [UInt8] {
    do throws(JSONError) {
      try Self.check(json.span)
    } catch {
      throw refusal(of: json, error, body)
    }
    var parser = MessageParser(json, mapping: self)
    do throws(FieldError) {
      try body(&parser)
    } catch {
      throw MessageError(error, subject: "the message")
    }
    return parser.wire.bytes
  }

  /// Checks that a text is JSON, as deep as this mapping takes it.
  static func check(_ text: Span<UInt8>) throws(JSONError) {
    var checker = JSONChecker(depthLimit: depthLimit, numberLimit: JSONTokens.longestNumber)
    try checker.check(text)
  }

  /// What is said of a text that is not JSON: of the field in whose value the error is, where it is in one.
  private func refusal(
    of json: [UInt8], _ error: JSONError, _ body: (inout MessageParser) throws(FieldError) -> Void
  ) -> MessageError {
    var parser = MessageParser(Array(json[..<error.offset]), mapping: self, brokenOffBy: error)
    do throws(FieldError) {
      try body(&parser)
    } catch {
      if parser.isBroken { return MessageError(error, subject: "the message") }
    }
    return MessageError(field: nil, description: "the message is not JSON: \(error)")
  }
}

extension MessageParser {
  /// Reads the whole text as a field's value.
  mutating func field(_ field: FieldDescriptor) throws(FieldError) {
    do throws(FieldError) {
      _ = try singular(field)
    } catch {
      throw error.within(field.name)
    }
  }

  /// Takes a plain text as the value of the last of some fields, each of which holds the next.
  mutating func text(_ text: String, at fields: [FieldDescriptor]) throws(FieldError) -> [UInt8] {
    guard let last = fields.last else { return [] }
    var starts: [Int] = []
    for field in fields.dropLast() {
      wire.key(field.number, .lengthDelimited)
      starts.append(wire.beginLengthDelimited())
    }
    do throws(FieldError) {
      try write(
        Self.token(text, of: last.kind), last.number, last.kind,
        hasPresence: last.hasPresence || last.isRepeated)
    } catch {
      throw fields.reversed().reduce(error) { $0.within($1.name) }
    }
    for start in starts.reversed() { wire.endLengthDelimited(start) }
    return wire.bytes
  }

  /// The token of JSON that says the same.
  private static func token(_ text: String, of kind: FieldDescriptor.Kind) -> JSONTokens.Token {
    switch kind {
    case .bool where text == "true": .boolean(true)
    case .bool where text == "false": .boolean(false)
    case .enumeration where Int32(text) != nil: .number(text)
    case .message(let declaration) where declaration.wellKnownType?.isWrapper == true:
      token(text, of: declaration.fields[0].kind)
    default: .string(text)
    }
  }
}

extension WellKnownType {
  /// Whether it is a message with one value, which stands in its place.
  fileprivate var isWrapper: Bool {
    switch self {
    case .timestamp, .duration, .fieldMask: false
    default: true
    }
  }
}
