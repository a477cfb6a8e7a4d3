public import WorkflowHistory

/// A pattern as its user is told of it.
public struct ListedPattern: Equatable, Sendable {
  /// What it is called: the same for the same rule, whatever the figures.
  public var id: String
  /// What it is about.
  public var kind: PatternKind
  /// The type of the executions that it is about.
  public var workflowType: String
  /// The rule as a JSON object.
  public var rule: JSONDocument
  /// The rule and its figures in a sentence of English.
  public var description: String
  /// How many executions show it.
  public var support: Int64
  /// Under the condition: the share of executions that show it, or the median duration in seconds.
  public var confidence: Double
  /// The same of the other executions of the type.
  public var baseline: Double
  /// The probability of such figures, or stronger ones, by chance.
  public var pValue: Double
  /// The share of false ones among patterns that are at least as certain.
  public var qValue: Double
  /// The last UTC day of the executions that it was found in first, in days since 1970-01-01.
  public var firstConfirmed: Int32
  /// The last UTC day of the executions that it held in.
  public var lastConfirmed: Int32
  /// Whether it held in executions that came after those it was found in.
  public var isValidated: Bool
  /// Whether it still stands.
  public var isActive: Bool
  /// The newest executions that show it, newest first; some may be deleted by now.
  public var sampleIDs: [ExecutionID]

  /// The pattern with these values.
  public init(
    id: String, kind: PatternKind, workflowType: String, rule: JSONDocument, description: String,
    support: Int64, confidence: Double, baseline: Double, pValue: Double, qValue: Double,
    firstConfirmed: Int32, lastConfirmed: Int32, isValidated: Bool, isActive: Bool,
    sampleIDs: [ExecutionID] = []
  ) {
    self.id = id
    self.kind = kind
    self.workflowType = workflowType
    self.rule = rule
    self.description = description
    self.support = support
    self.confidence = confidence
    self.baseline = baseline
    self.pValue = pValue
    self.qValue = qValue
    self.firstConfirmed = firstConfirmed
    self.lastConfirmed = lastConfirmed
    self.isValidated = isValidated
    self.isActive = isActive
    self.sampleIDs = sampleIDs
  }

  /// What there is to tell of a pattern, under the id that its user knows it by.
  public init(_ learned: LearnedPattern, id: String) {
    let (rule, evidence) = (learned.pattern.rule, learned.pattern.evidence)
    self.init(
      id: id, kind: rule.kind, workflowType: rule.workflowType,
      rule: JSONDocument(uncheckedUTF8: Array(rule.json.utf8)),
      description: learned.pattern.description, support: evidence.support,
      confidence: evidence.value, baseline: evidence.baseline, pValue: evidence.pValue,
      qValue: evidence.qValue, firstConfirmed: learned.firstConfirmed,
      lastConfirmed: learned.lastConfirmed, isValidated: learned.isValidated,
      isActive: learned.isActive, sampleIDs: learned.sampleIDs)
  }

  /// The confidence over the baseline; 0 where that is 0.
  public var lift: Double { baseline == 0 ? 0 : confidence / baseline }
}
