internal import WorkflowHistory

/// A duration in 16 bits, to within 0.4%: the upper half of a `Float` (bfloat16), whose bits rise
/// with it.
struct RoundedDuration: Hashable, Comparable, Sendable, ByteCoded {
  let bits: UInt16

  /// The longest is 3.4e38 s.
  private static let mostBits: UInt32 = 0x7F7F

  /// The duration of this many seconds.
  init(_ seconds: Double) {
    let rounded = seconds > 0 ? (Float(seconds).bitPattern + 0x8000) >> 16 : 0
    bits = UInt16(min(rounded, Self.mostBits))
  }

  init(bits: UInt64) throws(MalformedBytes) {
    guard bits <= UInt64(Self.mostBits) else { throw MalformedBytes() }
    self.bits = UInt16(bits)
  }

  var seconds: Double { Double(Float(bitPattern: UInt32(bits) << 16)) }

  static func < (a: RoundedDuration, b: RoundedDuration) -> Bool { a.bits < b.bits }

  func write(to bytes: inout [UInt8]) { bytes.append(variableLength: bits) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    try self.init(bits: try reader.number())
  }
}
