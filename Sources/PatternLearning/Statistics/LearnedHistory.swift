internal import WorkflowHistory

/// What was learned of one user's executions: sufficient statistics of bounded size, to which one
/// execution is added at a time, and in which ``PatternSearch`` looks for patterns.
///
/// The statistics of disjoint periods are apart, so that what was found in one can be tried on
/// another. The newest periods are four weeks, from Monday on; older ones are merged in pairs, to
/// at most two of each length, as in an exponential histogram (Datar, Gionis, Indyk and Motwani
/// 2002). What lies further back than ``weeksKept`` weeks with executions is forgotten.
public struct LearnedHistory: Sendable {
  /// Whose executions they are.
  public let userID: String
  /// From the oldest on.
  var periods: [Period] = []
  /// The type of the last execution.
  private(set) var precedingType: String?
  private(set) var recentFailures = RecentFailures()
  /// The first weeks of the periods as they were read.
  let storedWeeks: Set<Int32>
  var room = Room.unknown

  struct Period: Sendable {
    /// Counted from the one of 1970-01-01.
    var weeks: ClosedRange<Int32>
    /// How often it was merged with one of the same length: it has 2 to this power of weeks.
    var merges = 0
    var statistics = HistoryStatistics()
    /// Whether it is other than it was read.
    var isChanged = true
  }

  /// How many weeks with executions the statistics reach back.
  public static let weeksKept = mostOfEachLength.indices.reduce(0) {
    $0 + mostOfEachLength[$1] << $1
  }
  /// How many periods there are at most of a week, two, four and eight.
  private static let mostOfEachLength = [4, 2, 2, 2]

  /// The history of a user of whom nothing is known.
  public init(userID: String) {
    self.userID = userID
    storedWeeks = []
  }

  /// The history that consists of these.
  init(
    userID: String, periods: [Period], precedingType: String?, recentFailures: RecentFailures
  ) {
    self.userID = userID
    self.periods = periods
    self.precedingType = precedingType
    self.recentFailures = recentFailures
    storedWeeks = Set(periods.map(\.weeks.lowerBound))
  }

  /// Adds an execution that has ended, each once. They come in the order in which they ended, or
  /// nearly so: what ran before it is what was added before it.
  ///
  /// - Throws: ``ForeignObservation`` where it is another user's; nothing is added then.
  public mutating func add(_ observation: Observation) throws(ForeignObservation) {
    guard ExactText(observation.userID) == ExactText(userID) else { throw ForeignObservation() }
    makeRoom(for: observation)
    let failure = recentFailures.note(
      observation.workflowID,
      observation.hasFailed
        ? RecentFailures.Failure(error: observation.errorFingerprint ?? "") : nil)
    let index = indexOfPeriod(week: Self.week(ofDay: observation.day))
    periods[index].statistics.add(
      observation, after: precedingType, retrying: failure, room.limits)
    periods[index].isChanged = true
    precedingType = observation.workflowType
  }

  /// How many executions were of more types than are learned, and so were left out.
  public var executionsLeftOut: Int64 { periods.reduce(0) { $0 + $1.statistics.leftOut } }

  /// How many values of inputs, preceding types and errors lost their place to more frequent ones,
  /// or for want of room.
  public var valuesLeftOut: Int64 { periods.reduce(0) { $0 + $1.statistics.valuesLeftOut } }

  /// The periods of all weeks of a range, merged: all of them, or what one type adds.
  func statistics(of weeks: ClosedRange<Int32>, type: String? = nil) -> HistoryStatistics {
    var sum = HistoryStatistics()
    for period in periods
    where weeks.contains(period.weeks.lowerBound) && weeks.contains(period.weeks.upperBound) {
      sum.merge(type.map(period.statistics.only) ?? period.statistics)
    }
    return sum
  }

  /// A day's week; that of 1970-01-01, a Thursday, is 0.
  static func week(ofDay day: Int32) -> Int32 { (day + 3) / 7 }

  /// The Sunday of a week.
  static func lastDay(ofWeek week: Int32) -> Int32 { week * 7 + 3 }

  /// Where a week's period stands. A week that is newer than all begins one; what comes late goes
  /// to the period next to it.
  private mutating func indexOfPeriod(week: Int32) -> Int {
    if let index = periods.firstIndex(where: { week <= $0.weeks.upperBound }) {
      if week < periods[index].weeks.lowerBound {
        periods[index].weeks = week...periods[index].weeks.upperBound
      }
      return index
    }
    periods.append(Period(weeks: week...week))
    mergeOldPeriods()
    return periods.count - 1
  }

  private mutating func mergeOldPeriods() {
    for (merges, most) in Self.mostOfEachLength.enumerated() {
      let alike = periods.indices.filter { periods[$0].merges == merges }
      guard alike.count > most else { return }
      let oldest = periods.remove(at: alike[0])
      guard merges + 1 < Self.mostOfEachLength.count else { return }
      let next = alike[0]
      periods[next].weeks = oldest.weeks.lowerBound...periods[next].weeks.upperBound
      periods[next].merges += 1
      periods[next].isChanged = true
      var sum = oldest.statistics
      sum.merge(periods[next].statistics)
      sum.trim(to: room.limits)
      periods[next].statistics = sum
    }
  }
}

/// An execution that is another user's than the history it was to be added to.
public struct ForeignObservation: Error {}
