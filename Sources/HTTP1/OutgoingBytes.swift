/// Bytes that wait to be sent.
struct OutgoingBytes {
  private var bytes: [UInt8] = []
  /// How many of them were taken.
  private var taken = 0

  /// How many wait.
  var count: Int { bytes.count - taken }

  mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  /// The first of them, at most so many.
  func first(_ limit: Int) -> ArraySlice<UInt8> { bytes[taken..<(taken + min(limit, count))] }

  /// Drops the first of them, which were taken.
  mutating func drop(_ count: Int) {
    taken += count
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
