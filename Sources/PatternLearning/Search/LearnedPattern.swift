public import WorkflowHistory

/// A pattern as it is kept from one review to the next.
public struct LearnedPattern: Equatable, Sendable {
  /// That of the rule as it was found first: the day of a change may be known better since.
  public let id: String
  /// What it says, with the figures of the last review that found it.
  public internal(set) var pattern: Pattern
  /// The last UTC day of the executions that it was found in first, in days since 1970-01-01.
  public let firstConfirmed: Int32
  /// The last UTC day of the executions that it held in last.
  public internal(set) var lastConfirmed: Int32
  /// Whether it held in executions that came after those it was found in.
  public internal(set) var isValidated: Bool
  /// Whether it still stands; else later executions contradicted it, or there are none any more.
  public internal(set) var isActive: Bool
  /// The last UTC day of the executions that have been asked for it: each is asked once.
  public internal(set) var askedThrough: Int32
  /// The newest executions that show it, of those that the last review which found it had in a sample:
  /// at most ``mostSamples``, newest first.
  public internal(set) var sampleIDs: [ExecutionID]

  /// How many executions a pattern shows.
  public static let mostSamples = 5

  /// The pattern with this standing.
  public init(
    id: String, pattern: Pattern, firstConfirmed: Int32, lastConfirmed: Int32, isValidated: Bool,
    isActive: Bool, askedThrough: Int32, sampleIDs: [ExecutionID] = []
  ) {
    self.id = id
    self.pattern = pattern
    self.firstConfirmed = firstConfirmed
    self.lastConfirmed = lastConfirmed
    self.isValidated = isValidated
    self.isActive = isActive
    self.askedThrough = askedThrough
    self.sampleIDs = sampleIDs
  }

  /// A pattern that was found in executions up to a day.
  init(_ pattern: Pattern, through day: Int32, sampleIDs: [ExecutionID]) {
    self.init(
      id: pattern.id, pattern: pattern, firstConfirmed: day, lastConfirmed: day,
      isValidated: false, isActive: true, askedThrough: day, sampleIDs: sampleIDs)
  }
}
