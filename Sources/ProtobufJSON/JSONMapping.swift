public import ProtobufMessages

/// How messages are written as JSON and read from it: protobuf's mapping
/// (https://protobuf.dev/programming-guides/json), between JSON text and wire bytes.
///
/// Read are both names of a field, enums by name or number, 64-bit integers as strings or numbers,
/// and null for a field that is left out. Refused are unknown fields, fields that stand twice, two
/// fields of a oneof, and what lies outside of a field's type. The cost grows with the text's length.
///
/// Maps, `google.protobuf.Any` and `Struct` have no forms of their own here.
public struct JSONMapping: Sendable {
  /// How deep a text's arrays and objects may nest: a document's 64, and the messages around it.
  public static let depthLimit = 80

  /// Whether fields are written under their names in the proto, not in lowerCamelCase.
  public var writesProtoNames = false
  /// Whether fields without presence are written where they have their defaults: zeros, empty strings
  /// and arrays. Messages that are absent are left out all the same.
  public var writesDefaults = true
  /// Whether 64-bit integers are written as strings, since JavaScript's numbers have 53 bits.
  public var writesInt64AsStrings = true
  /// The full name of the message whose one field, a string with the number 1, holds JSON text. In its
  /// place stands the value that the text is.
  public var documentType: String?
  /// Whether null for a document says that there is none. Where not, it is the document `null`, as it
  /// is for `google.protobuf.Value`.
  public var readsNullAsNoDocument = false
  /// Whether null is written for fields with presence that are absent, in place of nothing.
  public var writesAbsentAsNull = false
  /// The names in the proto of the fields whose empty text says that there is none: written as null.
  public var textsWithoutEmpty: Set<String> = []
  /// Whether enums are written in lower case and without what their names in the proto begin with:
  /// `completed` for `WORKFLOW_STATUS_COMPLETED`.
  public var writesPlainEnumNames = false

  /// The mapping as protobuf has it, with documents of this type in place.
  public init(documentType: String? = nil) { self.documentType = documentType }

  /// The JSON of a message, on one line without white space.
  ///
  /// - Parameters:
  ///   - wire: The message's wire bytes. Fields that the declaration doesn't have are left out.
  ///   - declaration: What the message is.
  /// - Throws: A ``MessageError`` where the bytes are no such message, or what it says has no JSON:
  ///   a timestamp past the year 9999, a document that is none.
  public func json(
    of wire: [UInt8], as declaration: MessageDescriptor
  ) throws(MessageError) -> [UInt8] {
    var printer = MessagePrinter(mapping: self)
    // Texts, which most bytes are of, take as many in JSON, and the fields' names come to them.
    printer.output.reserveCapacity(2 * wire.count)
    do throws(FieldError) {
      try printer.message(wire, wire.indices, as: declaration)
    } catch {
      throw MessageError(error, subject: "the message")
    }
    return printer.output
  }

  /// The wire bytes of the message that a JSON text says.
  ///
  /// - Parameters:
  ///   - json: The text, one object. Bounding its length is the caller's business.
  ///   - declaration: What the message is.
  /// - Throws: A ``MessageError`` with the path of the field that is refused, as the proto spells it;
  ///   with none where the text is not JSON outside of any field's value.
  public func wire(
    fromJSON json: [UInt8], as declaration: MessageDescriptor
  ) throws(MessageError) -> [UInt8] {
    try parse(json) { (parser) throws(FieldError) in try parser.message(as: declaration) }
  }
}
