/// A value of the input that goes with an error, as was learned of executions of one type.
public struct InputAssociation: Equatable, Sendable {
  /// Where the value is in the input, as JSONPath writes it (RFC 9535).
  public var field: String
  /// The value as JSON, or a range of numbers.
  public var value: String
  /// How many executions had both.
  public var executions: Int64
  /// How many of the executions with the value ended with the error, in percent.
  public var errorRate: Double
  /// How many of the type's other executions did, in percent.
  public var baselineErrorRate: Double
  /// The probability of a difference like this by chance.
  public var pValue: Double

  /// The association with these values.
  public init(
    field: String, value: String, executions: Int64, errorRate: Double, baselineErrorRate: Double,
    pValue: Double
  ) {
    self.field = field
    self.value = value
    self.executions = executions
    self.errorRate = errorRate
    self.baselineErrorRate = baselineErrorRate
    self.pValue = pValue
  }
}
