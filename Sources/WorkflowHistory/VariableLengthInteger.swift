/// Bytes that are not what a rollup was written as.
public struct MalformedRollup: Error {
  /// The error.
  public init() {}
}

extension [UInt8] {
  /// Appends a number, seven bits to a byte from the lowest on, each byte but the last with its
  /// highest bit set (LEB128).
  mutating func append(variableLength number: some UnsignedInteger & FixedWidthInteger) {
    var rest = number
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a number of either sign: those near 0 are short, whatever the sign.
  mutating func append(zigzag number: Int64) {
    append(variableLength: UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  /// Appends a number of either sign.
  mutating func append(zigzag number: Int128) {
    append(variableLength: UInt128(bitPattern: number << 1 ^ number >> 127))
  }
}

/// Reads numbers from bytes, one after the other.
struct VariableLengthReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() throws(MalformedRollup) -> UInt8 {
    guard position < bytes.count else { throw MalformedRollup() }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number() throws(MalformedRollup) -> UInt64 {
    // Most are of one byte.
    if position < bytes.count, bytes[position] < 0x80 { return UInt64(try byte()) }
    return try number(UInt64.self)
  }

  mutating func number<Number: UnsignedInteger & FixedWidthInteger>(_ type: Number.Type)
    throws(MalformedRollup) -> Number
  {
    var number: Number = 0
    var shift = 0
    while true {
      let next = try byte()
      let part = Number(next & 0x7F)
      guard shift < Number.bitWidth, (part << shift) >> shift == part else {
        throw MalformedRollup()
      }
      number |= part << shift
      if next < 0x80 { return number }
      shift += 7
    }
  }

  /// Passes over so many bytes, and returns where they are.
  mutating func skip(_ count: UInt64) throws(MalformedRollup) -> Range<Int> {
    guard count <= UInt64(bytes.count - position) else { throw MalformedRollup() }
    defer { position += Int(count) }
    return position..<position + Int(count)
  }

  mutating func zigzag() throws(MalformedRollup) -> Int64 {
    let number = try number()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  mutating func zigzag128() throws(MalformedRollup) -> Int128 {
    let number = try number(UInt128.self)
    return Int128(bitPattern: number >> 1) ^ -Int128(bitPattern: number & 1)
  }
}
