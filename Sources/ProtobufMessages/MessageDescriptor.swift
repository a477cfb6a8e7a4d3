/// A message as its proto declares it, for code that knows messages by their declarations alone.
///
/// Made once from the generated code, it never changes. A message that contains itself has none: no
/// such type is taken from a client, and so a declaration bounds how deep its messages nest.
public final class MessageDescriptor: Sendable {
  /// Its package and name, such as `workflow_history.v1.WorkflowExecution`.
  public let fullName: String
  /// Its fields, by their numbers; 64 at most.
  public let fields: [FieldDescriptor]
  /// What JSON has instead of an object, where the message is one of protobuf's own.
  public let wellKnownType: WellKnownType?
  /// The fields' indices by both of their names.
  private let indices: [String: Int]
  /// The fields' numbers.
  private let numbers: [UInt32]

  package init(fullName: String, fields: [FieldDescriptor]) {
    precondition(fields.count <= 64, "\(fullName) has more fields than are taken")
    self.fullName = fullName
    self.fields = fields
    wellKnownType = WellKnownType(rawValue: fullName)
    var indices: [String: Int] = [:]
    for (index, field) in fields.enumerated() {
      indices[field.name] = index
      indices[field.jsonName] = index
    }
    self.indices = indices
    numbers = fields.map(\.number)
  }

  /// The index of the field with this name: the proto's or JSON's. Nil where there is none.
  public func index(of name: String) -> Int? { indices[name] }

  /// The index of the field with this number. Nil where there is none.
  public func index(ofNumber number: UInt32) -> Int? {
    // Most messages number their fields from 1, without gaps.
    let likely = Int(number) - 1
    if numbers.indices.contains(likely), numbers[likely] == number { return likely }
    return numbers.firstIndex(of: number)
  }
}

/// A field of a message, as its proto declares it. A class, so that a copy is one reference.
public final class FieldDescriptor: Sendable {
  /// What a value of the field is.
  public enum Kind: Sendable {
    case double, float, bool, string, bytes
    case int32, sint32, sfixed32, uint32, fixed32
    case int64, sint64, sfixed64, uint64, fixed64
    case enumeration(EnumDescriptor)
    case message(MessageDescriptor)
  }

  /// Its name in the proto, such as `start_time`.
  public let name: String
  /// Its name in JSON, such as `startTime`.
  public let jsonName: String
  /// Its number in the proto.
  public let number: UInt32
  /// What a value of it is.
  public let kind: Kind
  /// How a value of it lies on the wire, where it isn't packed with others.
  package let wireType: WireType
  /// Whether it holds any number of values.
  public let isRepeated: Bool
  /// Whether a value that is the default differs from none.
  public let hasPresence: Bool
  /// Which of the message's oneofs it is in. Nil where it is in none.
  public let oneof: UInt32?
  /// ``jsonName`` as it stands in JSON, quoted, with a colon behind it. Names have nothing to escape.
  package let jsonKey: [UInt8]
  /// ``name`` likewise.
  package let protoKey: [UInt8]

  package init(
    name: String, number: UInt32, kind: Kind, isRepeated: Bool = false, hasPresence: Bool = false,
    oneof: UInt32? = nil
  ) {
    self.name = name
    self.jsonName = lowerCamelCase(name)
    self.number = number
    self.kind = kind
    wireType = kind.wireType
    self.isRepeated = isRepeated
    self.hasPresence = hasPresence
    self.oneof = oneof
    jsonKey = Array("\"\(jsonName)\":".utf8)
    protoKey = Array("\"\(name)\":".utf8)
  }
}

/// An enum, as its proto declares it.
public final class EnumDescriptor: Sendable {
  /// Its package and name, such as `workflow_history.v1.WorkflowStatus`.
  public let fullName: String
  private let numbers: [String: Int32]
  /// The names as they stand in JSON, quoted. They have nothing to escape.
  private let jsonNames: [Int32: [UInt8]]
  /// The same in lower case, without what all of them begin with (AIP-126).
  private let plainJSONNames: [Int32: [UInt8]]

  package init(fullName: String, names: [Int32: String], numbers: [String: Int32]) {
    self.fullName = fullName
    self.numbers = numbers
    jsonNames = names.mapValues { Array("\"\($0)\"".utf8) }
    let zero = names[0] ?? ""
    let prefix = zero.hasSuffix("UNSPECIFIED") ? zero.dropLast("UNSPECIFIED".count) : ""
    plainJSONNames = names.mapValues { name in
      let plain = name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]
      return Array("\"\(plain.lowercased())\"".utf8)
    }
  }

  /// The name of a value as it stands in JSON, quoted. Nil where the proto has none for it.
  ///
  /// - Parameter isPlain: Whether it is in lower case and without what all of the names begin with:
  ///   `completed` for `WORKFLOW_STATUS_COMPLETED`.
  package func jsonName(of number: Int32, isPlain: Bool) -> [UInt8]? {
    isPlain ? plainJSONNames[number] : jsonNames[number]
  }

  /// The value with this name, or this other name of the same value. Nil where there is none.
  public func number(of name: String) -> Int32? { numbers[name] }
}

/// The messages of protobuf's own that have a form of their own in JSON.
public enum WellKnownType: String, Sendable {
  case timestamp = "google.protobuf.Timestamp"
  case duration = "google.protobuf.Duration"
  case fieldMask = "google.protobuf.FieldMask"
  case doubleValue = "google.protobuf.DoubleValue"
  case floatValue = "google.protobuf.FloatValue"
  case int64Value = "google.protobuf.Int64Value"
  case uint64Value = "google.protobuf.UInt64Value"
  case int32Value = "google.protobuf.Int32Value"
  case uint32Value = "google.protobuf.UInt32Value"
  case boolValue = "google.protobuf.BoolValue"
  case stringValue = "google.protobuf.StringValue"
  case bytesValue = "google.protobuf.BytesValue"
}

/// The name that JSON has for a field where its proto gives none: without underscores, the letter
/// after each in upper case.
package func lowerCamelCase(_ name: some StringProtocol) -> String {
  var result: [UInt8] = []
  var isAfterUnderscore = false
  for byte in name.utf8 {
    if byte == UInt8(ascii: "_") {
      isAfterUnderscore = true
      continue
    }
    let isLower = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    result.append(isAfterUnderscore && isLower ? byte - 0x20 : byte)
    isAfterUnderscore = false
  }
  return String(decoding: result, as: UTF8.self)
}
