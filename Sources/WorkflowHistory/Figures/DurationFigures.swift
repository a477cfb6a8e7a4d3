/// What some durations add up to: their counts and exact sums by speed class, and their histogram.
///
/// Figures can be added and taken away in any order.
public struct DurationFigures: Equatable, Sendable {
  /// The durations of one speed class.
  public struct Class: Equatable, Sendable {
    /// How many there are.
    public var count: Int64 = 0
    /// Their sum in microseconds, each rounded to the microsecond.
    public var sumMicroseconds: Int128 = 0

    /// Adds those of the class in other figures, `times` times.
    public mutating func merge(_ other: Class, times: Int64 = 1) {
      count += other.count * times
      sumMicroseconds += other.sumMicroseconds * Int128(times)
    }
  }

  /// In the order of ``SpeedClass``, from very fast to very slow.
  public private(set) var classes = [Class](repeating: Class(), count: SpeedClass.allCases.count)
  /// How long they are.
  public private(set) var histogram = DurationHistogram()

  /// The figures of no durations.
  public init() {}

  /// Those of one class.
  public subscript(speedClass: SpeedClass) -> Class { classes[speedClass.index] }

  /// How many durations there are.
  public var count: Int64 { histogram.count }
  /// The sum of all in microseconds.
  public var sumMicroseconds: Int128 { classes.reduce(0) { $0 + $1.sumMicroseconds } }

  /// Counts a duration in seconds, of at least 0 and finite, `times` times: -1 takes it away.
  public mutating func add(_ duration: Double, times: Int64 = 1) {
    let index = SpeedClass(durationSeconds: duration).index
    classes[index].count += times
    classes[index].sumMicroseconds += Int128(times) * Int128(Self.microseconds(duration))
    histogram.add(duration, times: times)
  }

  /// Adds other figures, `times` times: -1 takes them away.
  public mutating func merge(_ other: DurationFigures, times: Int64 = 1) {
    for index in classes.indices { classes[index].merge(other.classes[index], times: times) }
    histogram.merge(other.histogram, times: times)
  }

  /// In whole microseconds. It stops at 292,277 years.
  static func microseconds(_ duration: Double) -> Int64 {
    Int64((min(duration, 9.2e12) * 1e6).rounded(.toNearestOrEven))
  }
}

extension SpeedClass {
  /// Its place among all, from 0 for very fast.
  fileprivate var index: Int {
    switch self {
    case .veryFast: 0
    case .fast: 1
    case .normal: 2
    case .slow: 3
    case .verySlow: 4
    }
  }
}

// MARK: Bytes

extension DurationFigures {
  /// Leads the bytes, so that a later release may write them otherwise.
  private static let format: UInt8 = 1

  /// The figures in a few bytes; none for the figures of no durations.
  ///
  /// After the format, for each class its count and sum, then how many durations are 0, then the
  /// buckets. Most of these take one byte: how many empty ones lie before it, and in the lowest
  /// three bits the count, or 0 where the count follows.
  public var encoded: [UInt8] {
    guard self != DurationFigures() else { return [] }
    var bytes = [Self.format]
    for part in classes {
      bytes.append(zigzag: part.count)
      bytes.append(zigzag: part.sumMicroseconds)
    }
    bytes.append(zigzag: histogram.zeros)
    var last = DurationHistogram.beforeFirstBucket
    for (bucket, count) in histogram.buckets {
      let isShort = (1...7).contains(count)
      bytes.append(variableLength: UInt64(bucket - last - 1) << 3 | (isShort ? UInt64(count) : 0))
      if !isShort { bytes.append(zigzag: count) }
      last = bucket
    }
    return bytes
  }

  /// The figures that were written as these bytes.
  public init(encoded bytes: [UInt8]) throws(MalformedBytes) {
    self.init()
    try merge(encoded: bytes)
  }

  /// Adds the figures that were written as these bytes.
  ///
  /// - Throws: ``MalformedBytes``; what was read by then stays added.
  public mutating func merge(encoded bytes: [UInt8]) throws(MalformedBytes) {
    guard !bytes.isEmpty else { return }
    var reader = VariableLengthReader(bytes)
    guard try reader.byte() == Self.format else { throw MalformedBytes() }
    for index in classes.indices {
      classes[index].count += try reader.zigzag()
      classes[index].sumMicroseconds += try reader.zigzag128()
    }
    histogram.addZeros(try reader.zigzag())
    var buckets = BucketReader(reader)
    try histogram.addBuckets(&buckets)
  }
}

/// Reads buckets as ``DurationFigures/encoded`` writes them, one after the other.
struct BucketReader {
  private var reader: VariableLengthReader
  private var last = DurationHistogram.beforeFirstBucket

  /// Reads what is left.
  init(_ reader: VariableLengthReader) { self.reader = reader }

  mutating func next() throws(MalformedBytes) -> (bucket: Int, count: Int64)? {
    guard !reader.isAtEnd else { return nil }
    let token = try reader.number()
    let gap = token >> 3
    guard gap < Self.mostBuckets else { throw MalformedBytes() }
    last += Int(gap) + 1
    let short = Int64(token & 7)
    return (last, short > 0 ? short : try reader.zigzag())
  }

  private static let mostBuckets = UInt64(-2 * DurationHistogram.beforeFirstBucket)
}
