/// A finding that somebody can act on. The raw values of its enums are those of the proto's.
public struct OptimizationTip: Equatable, Sendable {
  /// What kind of finding it is.
  public enum Kind: Int32, Sendable {
    case healthy = 1
    case slowExecutions = 2
    case repeatedError = 3
    case bottleneckTask = 4
    case regression = 5
    case retryStorm = 6
    case failureCause = 7
  }

  /// How much it matters.
  public enum Severity: Int32, Sendable {
    case info = 1
    case warning = 2
    case critical = 3
  }

  /// A figure that a tip rests on.
  public struct Evidence: Equatable, Sendable {
    /// What the figure is, in snake_case with its unit.
    public var name: String
    /// The figure.
    public var value: Double

    /// The figure of a name.
    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// What kind of finding it is.
  public var kind: Kind
  /// How much it matters.
  public var severity: Severity
  /// The finding in a sentence or two of English.
  public var text: String
  /// How many executions stand behind it.
  public var executions: Int64
  /// A speed class, a fingerprint, a task's name, a workflow type or a pattern's id; empty for
  /// ``Kind/healthy``.
  public var subject: String
  /// What it rests on.
  public var evidence: [Evidence]
  /// The latest executions behind it: at most ``sampleLimit``, newest first.
  public var sampleIDs: [ExecutionID]

  /// How many ids a tip shows.
  public static let sampleLimit = 5

  /// The finding with these values.
  public init(
    kind: Kind, severity: Severity, text: String, executions: Int64, subject: String,
    evidence: [Evidence] = [], sampleIDs: [ExecutionID] = []
  ) {
    self.kind = kind
    self.severity = severity
    self.text = text
    self.executions = executions
    self.subject = subject
    self.evidence = evidence
    self.sampleIDs = sampleIDs
  }
}
