public import WorkflowHistory

/// A period of a ``LearnedHistory`` in bytes.
public struct LearnedPeriod: Sendable {
  /// Its weeks, counted from the one of 1970-01-01. No other period of its history has any of them.
  public let weeks: ClosedRange<Int32>
  /// What was learned in them.
  public let bytes: [UInt8]

  /// The period with these bytes.
  public init(weeks: ClosedRange<Int32>, bytes: [UInt8]) {
    self.weeks = weeks
    self.bytes = bytes
  }
}

// A history is kept in parts, so that a few executions change a few of them: a head, which each
// changes, and the periods, of which most executions change the newest alone.
extension LearnedHistory {
  /// Leads the head, so that a later release may write the parts otherwise.
  private static let format: UInt8 = 1

  /// What is known beside the periods, in bytes.
  public var head: [UInt8] {
    var bytes = [Self.format]
    (precedingType.map { [$0] } ?? []).write(to: &bytes)
    recentFailures.write(to: &bytes)
    return bytes
  }

  /// The periods that are new, or other than they were read.
  public var changedPeriods: [LearnedPeriod] {
    periods.filter(\.isChanged).map { period in
      var bytes: [UInt8] = []
      period.write(to: &bytes)
      return LearnedPeriod(weeks: period.weeks, bytes: bytes)
    }
  }

  /// The first weeks of periods that were read, and begin otherwise or are gone.
  public var removedPeriods: [Int32] {
    storedWeeks.subtracting(periods.map(\.weeks.lowerBound)).sorted()
  }

  /// Whether weeks that are over are other than they were read: then a ``PatternReview`` may find
  /// something else.
  public var hasNewsForReview: Bool {
    guard let newest = periods.last, periods.count > 1 else { return false }
    return periods.dropLast().contains(where: \.isChanged)
      || !storedWeeks.isEmpty && !storedWeeks.contains(newest.weeks.lowerBound)
  }

  /// A history whose parts have fewer bytes than this is far from ``mostBytes`` in memory too.
  public static let bytesReadInPart = 512 << 10

  /// The history of a user that consists of these parts.
  ///
  /// Periods may be left out that end before the week of all that is to be added, as long as none of
  /// that is of a week after all periods, and all parts together have less than
  /// ``bytesReadInPart``: of more, less may have to be kept.
  public init(userID: String, head: [UInt8], periods: [LearnedPeriod]) throws(MalformedBytes) {
    var reader = VariableLengthReader(head)
    guard try reader.byte() == Self.format else { throw MalformedBytes() }
    let precedingType = try [String](from: &reader).last
    let recentFailures = try RecentFailures(from: &reader)
    guard reader.isAtEnd else { throw MalformedBytes() }
    var read: [Period] = []
    for stored in periods {
      var reader = VariableLengthReader(stored.bytes)
      let period = try Period(from: &reader)
      guard reader.isAtEnd, period.weeks == stored.weeks,
        read.last.map({ $0.weeks.upperBound < period.weeks.lowerBound }) ?? true
      else { throw MalformedBytes() }
      read.append(period)
    }
    self.init(
      userID: userID, periods: read, precedingType: precedingType, recentFailures: recentFailures)
  }
}

extension LearnedHistory.Period: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    weeks.lowerBound.write(to: &bytes)
    weeks.upperBound.write(to: &bytes)
    bytes.append(UInt8(merges))
    statistics.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let first = try reader.day()
    let last = try reader.day()
    guard first <= last else { throw MalformedBytes() }
    weeks = first...last
    merges = Int(try reader.byte())
    statistics = try HistoryStatistics(from: &reader)
    isChanged = false
  }
}
