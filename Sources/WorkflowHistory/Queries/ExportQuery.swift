/// What an export has.
public struct ExportQuery: Equatable, Sendable {
  /// Which executions.
  public var filter: ExecutionFilter
  /// Whether to count them first.
  public var includesTotal: Bool

  /// The query with these values, unchecked.
  public init(_ filter: ExecutionFilter, includesTotal: Bool = false) {
    self.filter = filter
    self.includesTotal = includesTotal
  }
}

/// Some of the executions of an export.
public struct ExportPart: Equatable, Sendable {
  /// The next of them, by their ids.
  public var executions: [ArchivedExecution]
  /// In the first part, how many there are in all parts together, where that was asked for.
  public var total: Int64?

  /// The part with these executions.
  public init(executions: [ArchivedExecution], total: Int64? = nil) {
    self.executions = executions
    self.total = total
  }
}
