/// How a value lies on the wire
/// (https://protobuf.dev/programming-guides/encoding/#structure).
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// What stands before each value: its field's number and how the value lies.
struct WireKey {
  var number: UInt32
  var type: WireType
}

/// What is wrong with some wire bytes, and where.
struct WireError: Error {
  /// The path of the field within the message that was being read. Empty: the message itself.
  private(set) var path = ""
  let description: String

  init(_ description: String) { self.description = description }

  /// The same error as seen by the message around it, of which `component` is a field.
  func within(_ component: String) -> WireError {
    var error = self
    error.path = path.isEmpty ? component : "\(component).\(path)"
    return error
  }
}

/// A walk over the wire bytes of one message. The bytes themselves are passed to each step.
struct WireReader {
  /// The highest field number there is.
  private static let greatestNumber: UInt64 = 1 << 29 - 1

  private(set) var offset: Int
  let end: Int

  init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { offset == end }

  mutating func varint(_ bytes: Span<UInt8>, atMost greatestLength: Int = 10)
    throws(WireError) -> UInt64
  {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for _ in 0..<greatestLength {
      guard offset < end else { throw WireError("ends in the middle of a number") }
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw WireError("has a number of more than \(greatestLength) bytes")
  }

  mutating func key(_ bytes: Span<UInt8>) throws(WireError) -> WireKey {
    // A key has 32 bits at most, which is 5 bytes.
    let key = try varint(bytes, atMost: 5)
    let number = key >> 3
    guard number >= 1, number <= WireReader.greatestNumber else {
      throw WireError("has a field number that is not 1 to \(WireReader.greatestNumber)")
    }
    guard let type = WireType(rawValue: UInt8(key & 7)) else {
      throw WireError("has a field of a wire type that is not used (groups are not taken)")
    }
    return WireKey(number: UInt32(number), type: type)
  }

  /// Passes over a value, and tells where its content lies: past the length, where it has one.
  mutating func value(_ bytes: Span<UInt8>, _ type: WireType) throws(WireError) -> Range<Int> {
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
    guard length <= end - offset else { throw WireError("ends in the middle of a value") }
    defer { offset += length }
    return offset..<offset + length
  }
}
