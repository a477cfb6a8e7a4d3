/// How a value lies on the wire
/// (https://protobuf.dev/programming-guides/encoding/#structure).
package enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// What stands before each value: its field's number and how the value lies.
package struct WireKey {
  package var number: UInt32
  package var type: WireType
}

/// A walk over the wire bytes of one message. The bytes themselves are passed to each step.
package struct WireReader {
  /// The highest field number there is.
  private static let greatestNumber: UInt64 = 1 << 29 - 1

  package private(set) var offset: Int
  let end: Int

  package init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  package var isAtEnd: Bool { offset == end }

  package mutating func varint(_ bytes: Span<UInt8>, atMost greatestLength: Int = 10)
    throws(FieldError) -> UInt64
  {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for _ in 0..<greatestLength {
      guard offset < end else { throw FieldError("ends in the middle of a number") }
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw FieldError("has a number of more than \(greatestLength) bytes")
  }

  package mutating func key(_ bytes: Span<UInt8>) throws(FieldError) -> WireKey {
    // A key has 32 bits at most, which is 5 bytes.
    let key = try varint(bytes, atMost: 5)
    let number = key >> 3
    guard number >= 1, number <= WireReader.greatestNumber else {
      throw FieldError("has a field number that is not 1 to \(WireReader.greatestNumber)")
    }
    guard let type = WireType(rawValue: UInt8(key & 7)) else {
      throw FieldError("has a field of a wire type that is not used (groups are not taken)")
    }
    return WireKey(number: UInt32(number), type: type)
  }

  /// Passes over a value, and tells where its content lies: past the length, where it has one.
  package mutating func value(_ bytes: Span<UInt8>, _ type: WireType) throws(FieldError) -> Range<
    Int
  > {
    let length: Int
    switch type {
    case .varint:
      let start = offset
      _ = try varint(bytes)
      return start..<offset
    case .fixed64: length = 8
    case .fixed32: length = 4
    case .lengthDelimited:
      // At most 35 bits, so that it fits an Int.
      length = Int(try varint(bytes, atMost: 5))
    }
    guard length <= end - offset else { throw FieldError("ends in the middle of a value") }
    defer { offset += length }
    return offset..<offset + length
  }

  /// The number that fills eight bytes.
  package static func fixed64(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  /// The number that fills four bytes.
  package static func fixed32(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }
}
