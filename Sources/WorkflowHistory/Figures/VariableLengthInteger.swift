/// Bytes that are not what was written: rollups, figures, statistics.
public struct MalformedBytes: Error {
  /// The error.
  public init() {}
}

extension [UInt8] {
  /// Appends a number, seven bits to a byte from the lowest on, each byte but the last with its
  /// highest bit set (LEB128).
  @inlinable
  public mutating func append(variableLength number: some UnsignedInteger & FixedWidthInteger) {
    var rest = number
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a number of either sign: those near 0 are short, whatever the sign.
  public mutating func append(zigzag number: Int64) {
    append(variableLength: UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  /// Appends a number of either sign.
  public mutating func append(zigzag number: Int128) {
    append(variableLength: UInt128(bitPattern: number << 1 ^ number >> 127))
  }

  /// Appends a text: how many bytes it has in UTF-8, and these.
  public mutating func append(lengthAndText text: String) {
    append(variableLength: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }
}

/// Reads numbers from bytes, one after the other.
public struct VariableLengthReader {
  private let bytes: [UInt8]
  private var position = 0

  /// A reader that begins with the first of these.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether all were read.
  public var isAtEnd: Bool { position == bytes.count }

  /// Reads one byte.
  public mutating func byte() throws(MalformedBytes) -> UInt8 {
    guard position < bytes.count else { throw MalformedBytes() }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads a number that was written with `append(variableLength:)`.
  public mutating func number() throws(MalformedBytes) -> UInt64 {
    // Most are of one byte.
    if position < bytes.count, bytes[position] < 0x80 { return UInt64(try byte()) }
    return try number(UInt64.self)
  }

  mutating func number<Number: UnsignedInteger & FixedWidthInteger>(_ type: Number.Type)
    throws(MalformedBytes) -> Number
  {
    var number: Number = 0
    var shift = 0
    while true {
      let next = try byte()
      let part = Number(next & 0x7F)
      guard shift < Number.bitWidth, (part << shift) >> shift == part else {
        throw MalformedBytes()
      }
      number |= part << shift
      if next < 0x80 { return number }
      shift += 7
    }
  }

  /// Passes over so many bytes, and returns where they are.
  public mutating func skip(_ count: UInt64) throws(MalformedBytes) -> Range<Int> {
    guard count <= UInt64(bytes.count - position) else { throw MalformedBytes() }
    defer { position += Int(count) }
    return position..<position + Int(count)
  }

  /// Reads a text that was written with `append(lengthAndText:)`, repaired where it is no UTF-8.
  public mutating func text() throws(MalformedBytes) -> String {
    String(decoding: bytes[try skip(try number())], as: UTF8.self)
  }

  /// Reads a number that was written with `append(zigzag:)`.
  public mutating func zigzag() throws(MalformedBytes) -> Int64 {
    let number = try number()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  mutating func zigzag128() throws(MalformedBytes) -> Int128 {
    let number = try number(UInt128.self)
    return Int128(bitPattern: number >> 1) ^ -Int128(bitPattern: number & 1)
  }
}
