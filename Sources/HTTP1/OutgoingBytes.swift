/// Bytes that wait to be sent.
struct OutgoingBytes {
  private var bytes: [UInt8] = []
  /// How many of them were taken.
  private var taken = 0

  /// How many wait.
  var count: Int { bytes.count - taken }

  mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  /// Hands over at most `limit` bytes, in one piece.
  mutating func take(upTo limit: Int, _ body: (RawSpan) -> Void) {
    let end = taken + min(limit, count)
    guard end > taken else { return }
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[taken..<end]).bytes) }
    taken = end
    // A reader that is always behind would make them grow for as long as it reads.
    if taken == bytes.count {
      bytes.removeAll(keepingCapacity: taken <= 1 << 16)
      taken = 0
    } else if taken > 1 << 18 {
      bytes.removeSubrange(..<taken)
      taken = 0
    }
  }
}
