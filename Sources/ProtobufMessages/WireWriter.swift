/// Writes wire bytes (https://protobuf.dev/programming-guides/encoding).
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Writes what stands before each value.
  package mutating func key(_ number: UInt32, _ type: WireType) {
    varint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  package mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  package mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  package mutating func fixed32(_ value: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
    }
  }

  /// Takes back what was written from an offset on.
  package mutating func removeAll(from offset: Int) { bytes.removeSubrange(offset...) }

  /// Writes a value with its length before it.
  package mutating func lengthDelimited(_ content: some Collection<UInt8>) {
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// Begins a value whose length is not known yet, and returns where.
  package mutating func beginLengthDelimited() -> Int {
    bytes.append(0)
    return bytes.count
  }

  /// Ends the value that began there: its length takes its place before it.
  package mutating func endLengthDelimited(_ start: Int) {
    let length = UInt64(bytes.count - start)
    if length < 0x80 {
      bytes[start - 1] = UInt8(length)
    } else {
      var prefix = WireWriter()
      prefix.varint(length)
      bytes.replaceSubrange(start - 1..<start, with: prefix.bytes)
    }
  }
}

extension FieldDescriptor.Kind {
  /// How a value lies on the wire when it is not packed.
  package var wireType: WireType {
    switch self {
    case .string, .bytes, .message: .lengthDelimited
    case .double, .fixed64, .sfixed64: .fixed64
    case .float, .fixed32, .sfixed32: .fixed32
    case .bool, .int32, .sint32, .uint32, .int64, .sint64, .uint64, .enumeration: .varint
    }
  }
}
