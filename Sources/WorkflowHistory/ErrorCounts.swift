/// How many errors there are of each fingerprint.
///
/// Counts may be negative while changes are still to come; none is 0.
public struct ErrorCounts: Equatable, Sendable {
  /// By fingerprint.
  public private(set) var counts: [ExactText: Int64] = [:]

  /// The counts of no errors.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { counts.isEmpty }

  /// Adds errors of one fingerprint.
  public mutating func add(_ count: Int64, _ fingerprint: ExactText) {
    let sum = counts[fingerprint, default: 0] + count
    counts[fingerprint] = sum == 0 ? nil : sum
  }

  /// Adds other counts, `times` times: -1 takes them away.
  public mutating func merge(_ other: ErrorCounts, times: Int64 = 1) {
    for (fingerprint, count) in other.counts { add(count * times, fingerprint) }
  }
}

// MARK: Bytes

extension ErrorCounts {
  /// Leads the bytes, so that a later release may write them otherwise.
  private static let format: UInt8 = 1

  /// The counts in a few bytes, none for no errors: after the format, in the order of fingerprints,
  /// the length of each, its bytes, and the count.
  public var encoded: [UInt8] {
    guard !isEmpty else { return [] }
    var bytes = [Self.format]
    for (fingerprint, count) in counts.sorted(by: { $0.key < $1.key }) {
      bytes.append(lengthAndText: fingerprint.text)
      bytes.append(zigzag: count)
    }
    return bytes
  }

  /// The counts that were written as these bytes.
  public init(encoded bytes: [UInt8]) throws(MalformedBytes) {
    self.init()
    try Self.read(bytes) { fingerprint, count in add(count, ExactText(utf8: fingerprint)) }
  }

  /// Calls `body` with each fingerprint, in UTF-8, and its count that were written as these bytes, in the
  /// order of fingerprints.
  public static func read(_ bytes: [UInt8], _ body: (Span<UInt8>, Int64) -> Void)
    throws(MalformedBytes)
  {
    guard !bytes.isEmpty else { return }
    var reader = VariableLengthReader(bytes)
    guard try reader.byte() == format else { throw MalformedBytes() }
    while !reader.isAtEnd {
      let fingerprint = try reader.skip(try reader.number())
      body(bytes.span.extracting(fingerprint), try reader.zigzag())
    }
  }
}
