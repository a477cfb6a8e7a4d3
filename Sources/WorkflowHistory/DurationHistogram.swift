/// How many durations there are of each length, to within 1%: so the percentiles of any sum of
/// histograms are known to within 1%.
///
/// As DDSketch (Masson, Rim and Lee, 2019) has it, each bucket's bounds are in nearly the same
/// ratio, and buckets that hold nothing take no room. The logarithm is interpolated in each octave
/// by a parabola: it takes 10% more buckets than the true one, and, being made of additions and
/// multiplications alone, it puts a number into the same bucket on every machine.
///
/// Counts may be negative: what is taken away before it is added leaves what it should.
public struct DurationHistogram: Sendable {
  /// From one power of two to the next.
  static let bucketsPerOctave = 38

  /// How many durations are 0.
  public private(set) var zeros: Int64 = 0
  /// How many durations there are.
  public private(set) var count: Int64 = 0
  /// By octave, where its counts begin in ``counts``.
  private var places: [Int: Int] = [:]
  private var counts: [Int64] = []
  /// The octave that was last asked for: most often the next bucket is of the same.
  private var recent = (octave: Int.min, place: 0)

  /// The histogram of no durations.
  public init() {}

  /// Counts a duration in seconds, of at least 0 and finite, `times` times.
  public mutating func add(_ duration: Double, times: Int64 = 1) {
    if duration == 0 { addZeros(times) } else { add(times, to: Self.bucket(of: duration)) }
  }

  /// Adds the counts of another histogram, each `times` times.
  public mutating func merge(_ other: DurationHistogram, times: Int64 = 1) {
    addZeros(other.zeros * times)
    for (octave, place) in other.places {
      let own = self.place(of: octave)
      for offset in 0..<Self.bucketsPerOctave {
        let more = other.counts[place + offset] * times
        counts[own + offset] += more
        count += more
      }
    }
  }

  mutating func addZeros(_ times: Int64) {
    zeros += times
    count += times
  }

  mutating func add(_ times: Int64, to bucket: Int) {
    let octave = Self.octave(of: bucket)
    counts[place(of: octave) + bucket - octave * Self.bucketsPerOctave] += times
    count += times
  }

  private mutating func place(of octave: Int) -> Int {
    if octave == recent.octave { return recent.place }
    let place = places[octave] ?? counts.count
    if place == counts.count {
      places[octave] = place
      counts.append(contentsOf: repeatElement(0, count: Self.bucketsPerOctave))
    }
    recent = (octave, place)
    return place
  }

  /// The buckets that hold something, in order, each with its count.
  var buckets: [(bucket: Int, count: Int64)] {
    places.sorted { $0.key < $1.key }.flatMap { octave, place in
      (0..<Self.bucketsPerOctave).lazy.filter { counts[place + $0] != 0 }
        .map { (octave * Self.bucketsPerOctave + $0, counts[place + $0]) }
    }
  }

  /// The duration of a rank, from 1 to ``count``, in seconds: within 1% of the one that has it. Nil
  /// where there is none.
  public func duration(ofRank rank: Int64) -> Double? {
    guard (1...max(count, 1)).contains(rank), count > 0 else { return nil }
    if rank <= zeros { return 0 }
    var rest = rank - zeros
    for octave in places.keys.sorted() {
      guard let place = places[octave] else { continue }
      for offset in 0..<Self.bucketsPerOctave {
        rest -= counts[place + offset]
        if rest <= 0 { return Self.middle(octave: octave, offset: offset) }
      }
    }
    return nil
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
