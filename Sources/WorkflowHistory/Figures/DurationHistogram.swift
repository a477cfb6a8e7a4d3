/// How many durations there are of each length, to within 1%: so the percentiles of any sum of
/// histograms are known to within 1%.
///
/// As DDSketch (Masson, Rim and Lee, 2019) has it, each bucket's bounds are in nearly the same
/// ratio, and buckets that hold nothing take no room. The logarithm is interpolated in each octave
/// by a parabola: it takes 10% more buckets than the true one, and, being made of additions and
/// multiplications alone, it puts a number into the same bucket on every machine.
///
/// Counts may be negative: what is taken away before it is added leaves what it should. They wrap
/// around, which no count of real executions does: checks would take as long as the sums.
public struct DurationHistogram: Sendable {
  /// From one power of two to the next.
  static let bucketsPerOctave = 38
  /// Below the bucket of the smallest number over 0.
  static let beforeFirstBucket = -1075 * bucketsPerOctave

  /// How many durations are 0.
  public private(set) var zeros: Int64 = 0
  /// How many durations there are.
  public private(set) var count: Int64 = 0
  /// The octaves that hold something, in order.
  private var octaves: [Octave] = []
  /// Those of each octave, octave after octave.
  private var counts: [Int64] = []
  /// The place of the octave that was last asked for: most often the next bucket is of the same.
  private var recent = 0

  /// From milliseconds to a minute, as it might be.
  private static let usualOctaves = 12

  private struct Octave {
    let number: Int
    /// How many durations it has.
    var count: Int64 = 0
  }

  /// The histogram of no durations.
  public init() {}

  /// Counts a duration in seconds, of at least 0 and finite, `times` times.
  public mutating func add(_ duration: Double, times: Int64 = 1) {
    if duration == 0 { addZeros(times) } else { add(times, to: Self.bucket(of: duration)) }
  }

  /// Adds the counts of another histogram, each `times` times.
  public mutating func merge(_ other: DurationHistogram, times: Int64 = 1) {
    addZeros(other.zeros &* times)
    for (index, octave) in other.octaves.enumerated() {
      let place = self.place(of: octave.number)
      let first = place * Self.bucketsPerOctave
      let distance = (index - place) * Self.bucketsPerOctave
      let more = other.counts.span
      var counts = counts.mutableSpan
      for bucket in first..<first + Self.bucketsPerOctave {
        counts[bucket] &+= more[bucket + distance] &* times
      }
      octaves[place].count &+= octave.count &* times
      count &+= octave.count &* times
    }
  }

  mutating func addZeros(_ times: Int64) {
    zeros &+= times
    count &+= times
  }

  /// Adds the buckets that these bytes go on with, to their end.
  mutating func addBuckets(_ reader: inout BucketReader) throws(MalformedBytes) {
    var next = try reader.next()
    while let first = next {
      let octave = Self.octave(of: first.bucket)
      let place = place(of: octave)
      let end = (octave + 1) * Self.bucketsPerOctave
      var sum: Int64 = 0
      defer {
        octaves[place].count &+= sum
        count &+= sum
      }
      let offset = (place - octave) * Self.bucketsPerOctave
      var counts = counts.mutableSpan
      while let (bucket, times) = next, bucket < end {
        counts[offset + bucket] &+= times
        sum &+= times
        next = try reader.next()
      }
    }
  }

  mutating func add(_ times: Int64, to bucket: Int) {
    let octave = Self.octave(of: bucket)
    let place = place(of: octave)
    counts[(place - octave) * Self.bucketsPerOctave + bucket] &+= times
    octaves[place].count &+= times
    count &+= times
  }

  /// Where an octave is among those that hold something; it is put there where it is not.
  private mutating func place(of octave: Int) -> Int {
    if recent < octaves.count, octaves[recent].number == octave { return recent }
    let place = octaves.firstIndex { $0.number >= octave } ?? octaves.count
    if place == octaves.count || octaves[place].number != octave {
      if octaves.isEmpty { counts.reserveCapacity(Self.usualOctaves * Self.bucketsPerOctave) }
      octaves.insert(Octave(number: octave), at: place)
      counts.insert(
        contentsOf: repeatElement(0, count: Self.bucketsPerOctave),
        at: place * Self.bucketsPerOctave)
    }
    recent = place
    return place
  }

  /// The buckets that hold something, in order, each with its count.
  var buckets: [(bucket: Int, count: Int64)] {
    octaves.enumerated().flatMap { place, octave in
      let counts = counts[place * Self.bucketsPerOctave..<(place + 1) * Self.bucketsPerOctave]
      let first = octave.number * Self.bucketsPerOctave
      return zip(first..., counts).filter { $0.1 != 0 }
    }
  }

  /// How many durations are 0, and how many lie between two powers of two: exact, since no bucket lies
  /// across one. Those that are none are left out.
  public var octaveBuckets: [DurationBucket] {
    let all =
      [DurationBucket(lowerSeconds: 0, executions: zeros)]
      + octaves.map {
        DurationBucket(
          lowerSeconds: Double(sign: .plus, exponent: $0.number, significand: 1),
          executions: $0.count)
      }
    return all.filter { $0.executions > 0 }
  }

  /// The duration of a rank, from 1 to ``count``, in seconds: within 1% of the one that has it. Nil
  /// where there is none.
  public func duration(ofRank rank: Int64) -> Double? {
    guard (1...max(count, 1)).contains(rank), count > 0 else { return nil }
    if rank <= zeros { return 0 }
    var rest = rank - zeros
    for (place, octave) in octaves.enumerated() {
      if rest > octave.count {
        rest -= octave.count
        continue
      }
      for offset in 0..<Self.bucketsPerOctave {
        rest -= counts[place * Self.bucketsPerOctave + offset]
        if rest <= 0 { return Self.middle(octave: octave.number, offset: offset) }
      }
    }
    return nil
  }

  /// The lengths that there are of, in seconds and within 1%, from the shortest on, each with how
  /// many there are.
  public var lengths: [(seconds: Double, count: Int64)] {
    let buckets = buckets.map { bucket, count in
      let octave = Self.octave(of: bucket)
      let offset = bucket - octave * Self.bucketsPerOctave
      return (seconds: Self.middle(octave: octave, offset: offset), count: count)
    }
    return zeros == 0 ? buckets : [(0, zeros)] + buckets
  }

  /// A percentile by nearest rank, in seconds, to within 1%. Nil where there are no durations.
  public func percentile(_ percent: Int64) -> Double? {
    duration(ofRank: NearestRank.rank(percent: percent, count: count))
  }
}

extension DurationHistogram: Equatable {
  /// Whether each bucket has the same count in both.
  public static func == (a: DurationHistogram, b: DurationHistogram) -> Bool {
    a.zeros == b.zeros && a.count == b.count && a.buckets.elementsEqual(b.buckets, by: ==)
  }
}

// MARK: Buckets

extension DurationHistogram {
  /// The bucket of a number over 0. Bucket 0 begins at 1.
  static func bucket(of duration: Double) -> Int {
    let fraction = duration.significand - 1
    // Rises from 0 to 1 with the fraction.
    let height = fraction * (4 - fraction) / 3
    let offset = min(Int(height * Double(bucketsPerOctave)), bucketsPerOctave - 1)
    return Int(duration.exponent) * bucketsPerOctave + offset
  }

  private static func octave(of bucket: Int) -> Int {
    (bucket >= 0 ? bucket : bucket - bucketsPerOctave + 1) / bucketsPerOctave
  }

  /// The number from which both bounds of the bucket differ by the same part of themselves.
  private static func middle(octave: Int, offset: Int) -> Double {
    let low = lowerBound(offset)
    let high = lowerBound(offset + 1)
    return Double(sign: .plus, exponent: octave, significand: 2 * low * high / (low + high))
  }

  /// Where a bucket of the octave from 1 to 2 begins.
  private static func lowerBound(_ offset: Int) -> Double {
    3 - (4 - 3 * Double(offset) / Double(bucketsPerOctave)).squareRoot()
  }
}
