internal import WorkflowHistory

/// How many durations there are of each length, to within 5%, in a hundred bytes or two.
///
/// The learner keeps one for each condition and day. `DurationHistogram` has a bucket where this
/// has a fifth of one, and takes room by the octave: 3.6 kB for most.
struct DurationSketch: Equatable, Sendable {
  /// How many durations there are.
  private(set) var count: Int64 = 0
  /// The bucket of the first of ``counts``.
  private var first = 0
  /// From the first bucket that holds something to the last.
  private var counts: [UInt32] = []

  private static let bucketsPerOctave = 8
  /// The shortest: 2^-10 s. What is shorter counts as of this length.
  private static let lowestExponent = -10
  private static let highestExponent = 30
  /// How many buckets there are.
  static let bucketCount = (highestExponent - lowestExponent) * bucketsPerOctave

  init() {}

  mutating func add(_ seconds: Double) { add(1, to: Self.bucket(of: seconds)) }

  /// Counts a duration by its bucket.
  mutating func add(_ times: UInt32, to bucket: Int) {
    if counts.isEmpty { first = bucket }
    if bucket < first {
      counts.insert(contentsOf: repeatElement(0, count: first - bucket), at: 0)
      first = bucket
    } else if bucket >= first + counts.count {
      counts.append(contentsOf: repeatElement(0, count: bucket - first - counts.count + 1))
    }
    counts[bucket - first] &+= times
    count += Int64(times)
  }

  mutating func merge(_ other: DurationSketch) {
    other.forEachBucket { bucket, number in add(number, to: bucket) }
  }

  var footprint: Int { counts.bufferFootprint }
  /// That of all buckets, with the room that an array takes ahead.
  static let mostFootprint = 32 + 2 * bucketCount * MemoryLayout<UInt32>.stride

  func count(in bucket: Int) -> UInt32 {
    let index = bucket - first
    return counts.indices.contains(index) ? counts[index] : 0
  }

  /// Calls `body` with each bucket that holds something, from the shortest on.
  func forEachBucket(_ body: (Int, UInt32) -> Void) {
    for (offset, number) in counts.enumerated() where number > 0 { body(first + offset, number) }
  }

  /// What is left when a part is taken away.
  func subtracting(_ part: DurationSketch) -> DurationSketch {
    var rest = DurationSketch()
    forEachBucket { bucket, number in
      let left = number - min(number, part.count(in: bucket))
      if left > 0 { rest.add(left, to: bucket) }
    }
    return rest
  }

  /// In seconds, interpolated within its bucket. Nil where there are no durations.
  var median: Double? {
    guard count > 0 else { return nil }
    let half = Double(count) / 2
    var below = 0.0
    for (offset, number) in counts.enumerated() where number > 0 {
      if below + Double(number) >= half {
        let part = (half - below) / Double(number)
        let low = Self.lowerBound(first + offset)
        return low + part * (Self.lowerBound(first + offset + 1) - low)
      }
      below += Double(number)
    }
    return nil
  }
}

// MARK: Buckets

extension DurationSketch {
  /// The logarithm is interpolated in each octave by a parabola, as `DurationHistogram` does.
  static func bucket(of seconds: Double) -> Int {
    guard seconds.exponent >= lowestExponent, seconds > 0 else { return 0 }
    let fraction = seconds.significand - 1
    let offset = Int(fraction * (4 - fraction) / 3 * Double(bucketsPerOctave))
    let octave = Int(seconds.exponent) - lowestExponent
    return min(octave * bucketsPerOctave + min(offset, bucketsPerOctave - 1), bucketCount - 1)
  }

  private static func lowerBound(_ bucket: Int) -> Double {
    let (octave, offset) = bucket.quotientAndRemainder(dividingBy: bucketsPerOctave)
    let height = Double(offset) / Double(bucketsPerOctave)
    return Double(
      sign: .plus, exponent: octave + lowestExponent,
      significand: 3 - (4 - 3 * height).squareRoot())
  }
}

// MARK: Bytes

extension DurationSketch: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(first))
    bytes.append(variableLength: UInt64(counts.count))
    for number in counts { bytes.append(variableLength: number) }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let first = try reader.count()
    let buckets = try reader.count()
    guard first + buckets <= Self.bucketCount else { throw MalformedBytes() }
    for bucket in 0..<Int(buckets) {
      guard let number = UInt32(exactly: try reader.number()) else { throw MalformedBytes() }
      add(number, to: Int(first) + bucket)
    }
  }
}
