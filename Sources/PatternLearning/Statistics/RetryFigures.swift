/// What came of trying again: of the executions of one type that followed a failure of the same
/// workflow.
public struct RetryFigures: Equatable, Sendable {
  /// How many executions followed a failure.
  public var retries: Int64 = 0
  /// How many of these failed again.
  public var failures: Int64 = 0
  /// The error that most of those followed which failed again: its fingerprint. Nil where none is
  /// known.
  public var error: String?
  /// How many executions followed a failure with that error.
  public var retriesOfError: Int64 = 0
  /// How many of these failed again.
  public var failuresOfError: Int64 = 0
  /// The last UTC day on which one failed again, in days since 1970-01-01. Nil where none did, or it is
  /// not known.
  public var lastFailureDay: Int32?

  /// Figures of no retries.
  public init() {}

  /// The figures with these values.
  public init(
    retries: Int64, failures: Int64, error: String?, retriesOfError: Int64, failuresOfError: Int64,
    lastFailureDay: Int32?
  ) {
    self.retries = retries
    self.failures = failures
    self.error = error
    self.retriesOfError = retriesOfError
    self.failuresOfError = failuresOfError
    self.lastFailureDay = lastFailureDay
  }

  /// The part of retries that fails again, from 0 to 1; 0 where there are none.
  public var failureRate: Double { retries > 0 ? Double(failures) / Double(retries) : 0 }
}

extension LearnedHistory {
  /// What came of trying again, by type; of types without retries nothing.
  ///
  /// - Parameter day: in days since 1970-01-01. Only the periods count that reach to it or further,
  ///   with all of their weeks.
  public func retryFigures(since day: Int32 = .min) -> [String: RetryFigures] {
    let recent = periods.filter { Self.lastDay(ofWeek: $0.weeks.upperBound) >= day }
    return Set(recent.flatMap(\.statistics.types.keys)).reduce(into: [:]) { figures, type in
      let figuresOfType = RetryFigures(recent.compactMap { $0.statistics.types[type] })
      if figuresOfType.retries > 0 { figures[type] = figuresOfType }
    }
  }
}

extension RetryFigures {
  fileprivate init(_ periods: [TypeStatistics]) {
    var errors = ValueTable()
    var failureDays = DaySpan()
    for period in periods {
      retries += period.retries.executions
      failures += period.retries.failures
      errors.merge(period.retriedErrors)
      failureDays.merge(period.retries.failureDays)
    }
    if failures > 0 { lastFailureDay = failureDays.last }
    let worst = errors.entries.max { $0.figures.failures < $1.figures.failures }
    guard let worst, case .retry(let error) = worst.condition else { return }
    self.error = error
    retriesOfError = worst.figures.executions
    failuresOfError = worst.figures.failures
  }
}
