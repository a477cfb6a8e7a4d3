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
  }

  /// The index of the field with this name: the proto's or JSON's. Nil where there is none.
  public func index(of name: String) -> Int? { indices[name] }

  /// The index of the field with this number. Nil where there is none.
  public func index(ofNumber number: UInt32) -> Int? {
    // Most messages number their fields from 1, without gaps.
    let likely = Int(number) - 1
    if fields.indices.contains(likely), fields[likely].number == number { return likely }
    return fields.firstIndex { $0.number == number }
  }
}

/// A field of a message, as its proto declares it.
public struct FieldDescriptor: Sendable {
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
  private let names: [Int32: String]
  private let numbers: [String: Int32]

  package init(fullName: String, names: [Int32: String], numbers: [String: Int32]) {
    self.fullName = fullName
    self.names = names
    self.numbers = numbers
  }

  /// The name of a value. Nil where the proto has none for it.
  public func name(of number: Int32) -> String? { names[number] }

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
