import ProtobufMessages

/// One field of a message as it lies on the wire: enough of Protocol Buffers for the messages of
/// the interop cases, whose fields are numbers, bytes and messages
/// (https://protobuf.dev/programming-guides/encoding).
struct ProtobufField {
  /// What the field holds.
  enum Value {
    /// An integer, a bool or an enum.
    case number(UInt64)
    /// The content of bytes, a string or a message.
    case bytes(ArraySlice<UInt8>)
  }

  /// The field's number in its message.
  var number: Int
  /// The value.
  var value: Value

  /// The fields of a message, in their order.
  ///
  /// No field of the cases has a fixed size, so one that has is refused as malformed.
  static func fields(of message: ArraySlice<UInt8>) throws(MessageError) -> [ProtobufField] {
    var rest = message
    var fields: [ProtobufField] = []
    while !rest.isEmpty {
      let key = try takeVarint(&rest)
      guard key >> 3 >= 1, key >> 3 < 1 << 29 else { throw malformed }
      let value: Value
      switch key & 7 {
      case 0: value = .number(try takeVarint(&rest))
      case 2:
        guard let length = Int(exactly: try takeVarint(&rest)), length <= rest.count else {
          throw malformed
        }
        value = .bytes(rest.prefix(length))
        rest = rest.dropFirst(length)
      default: throw malformed
      }
      fields.append(ProtobufField(number: Int(key >> 3), value: value))
    }
    return fields
  }

  private static func takeVarint(_ bytes: inout ArraySlice<UInt8>) throws(MessageError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { throw malformed }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw malformed
  }

  private static let malformed = MessageError(field: nil, description: "is malformed")
}

extension ProtobufField.Value {
  /// The value of an int32 field; 0 where it is none.
  var int32: Int32 {
    if case .number(let number) = self { Int32(truncatingIfNeeded: number) } else { 0 }
  }

  /// The content of a length-delimited field; empty where it is none.
  var content: ArraySlice<UInt8> {
    if case .bytes(let bytes) = self { bytes } else { [] }
  }
}

extension [UInt8] {
  /// Appends a field that holds a number, unless it is 0, which is not sent.
  mutating func append(field number: Int, _ value: Int) {
    guard value != 0 else { return }
    append(varint: UInt64(number) << 3)
    append(varint: UInt64(bitPattern: Int64(value)))
  }

  /// Appends a field that holds bytes, a string or a message.
  mutating func append(field number: Int, _ content: [UInt8]) {
    append(varint: UInt64(number) << 3 | 2)
    append(varint: UInt64(content.count))
    append(contentsOf: content)
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
