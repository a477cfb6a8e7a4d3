extension [UInt8] {
  /// Appends the bytes of a span from `start` on.
  public mutating func append(_ bytes: RawSpan, from start: Int, count: Int) {
    bytes.withUnsafeBytes { append(contentsOf: $0[start..<start + count]) }
  }
}

extension RawSpan {
  /// The byte at an offset.
  public func byte(at offset: Int) -> UInt8 {
    withUnsafeBytes { $0[offset] }
  }
}
