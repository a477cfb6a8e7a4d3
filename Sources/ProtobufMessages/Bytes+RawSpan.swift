extension [UInt8] {
  /// Appends the bytes of a span from `start` on.
  public mutating func append(_ bytes: RawSpan, from start: Int, count: Int) {
    bytes.withUnsafeBytes { append(contentsOf: $0[start..<start + count]) }
  }

  /// Hands over the bytes as a span.
  public func withRawSpan<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var failure: Failure?
    withUnsafeBytes { bytes in
      do throws(Failure) { try body(bytes.bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

extension RawSpan {
  /// The byte at an offset.
  public func byte(at offset: Int) -> UInt8 {
    withUnsafeBytes { $0[offset] }
  }
}
