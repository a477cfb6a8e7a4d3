/// A search for the day from which a series has another mean.
///
/// The statistic is Student's t of the days before a split against those from it on, largest over
/// all splits (Worsley 1979, "On the likelihood ratio test for a shift in location of normal
/// populations"). Bonferroni's inequality over the splits bounds its probability. The days are the
/// units, weighted by their executions: where executions of one day are alike, the days vary more
/// than executions by themselves would make them, and it is this variance that counts.
struct ChangePointTest: Equatable {
  /// One day of the series.
  struct Day: Equatable {
    /// How many executions it has: over 0.
    var weight: Double
    /// Their mean.
    var mean: Double
  }

  /// The first day of the new mean, as an index.
  let index: Int
  /// How many splits were tried.
  let splits: Int
  /// The logarithm of the probability of such a change in either direction by chance.
  let lnP: Double

  /// How many days there must be on each side of a split, to tell of a change.
  static let daysOnEachSide = 4

  /// Finds the strongest change. Nil where no split has enough days and weight on both sides.
  ///
  /// - Parameters:
  ///   - days: the days that have executions, in order.
  ///   - variance: of one execution within a day: the least that days may vary by.
  ///   - leastWeight: how many executions there must be on each side.
  ///   - leastDays: how many days there must be on each side.
  init?(
    days: [Day], variance: Double, leastWeight: Double, leastDays: Int = daysOnEachSide
  ) {
    let total = Moments(days)
    var before = Moments([])
    var splits = 0
    var strongest = (index: 0, t: -1.0)
    for index in days.indices.dropLast(leastDays - 1) {
      defer { before.add(days[index]) }
      let after = total - before
      guard index >= leastDays, min(before.weight, after.weight) >= leastWeight else {
        continue
      }
      splits += 1
      let freedom = Double(days.count - 2)
      let spread = max(variance, (before.squares + after.squares) / freedom)
      let difference = abs(after.mean - before.mean)
      let scale = (spread * (1 / before.weight + 1 / after.weight)).squareRoot()
      let t = scale > 0 ? difference / scale : 0
      if t > strongest.t { strongest = (index, t) }
    }
    guard splits > 0 else { return nil }
    index = strongest.index
    self.splits = splits
    lnP = min(
      0,
      ln(2 * Double(splits))
        + lnStudentUpperTail(strongest.t, degreesOfFreedom: Double(days.count - 2)))
  }

  /// Weighted sums of days.
  private struct Moments {
    var weight = 0.0
    private var sum = 0.0
    private var sumOfSquares = 0.0

    init(_ days: [Day]) { for day in days { add(day) } }

    mutating func add(_ day: Day) {
      weight += day.weight
      sum += day.weight * day.mean
      sumOfSquares += day.weight * day.mean * day.mean
    }

    var mean: Double { weight > 0 ? sum / weight : 0 }
    /// The sum of the squared distances from the mean.
    var squares: Double { max(0, sumOfSquares - sum * mean) }

    static func - (a: Moments, b: Moments) -> Moments {
      var difference = a
      difference.weight -= b.weight
      difference.sum -= b.sum
      difference.sumOfSquares -= b.sumOfSquares
      return difference
    }
  }
}
