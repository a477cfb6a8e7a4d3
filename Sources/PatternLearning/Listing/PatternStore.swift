/// Where patterns, and models for estimates, are kept: what a `HistoryStore` is for executions, which
/// knows nothing of them.
///
/// Every method throws `HistoryError`; or `CancellationError`, at once, when its task is cancelled.
public protocol PatternStore {
  /// Returns a page, the most certain first: by probability, then by id.
  func patterns(_ query: PatternQuery) async throws -> PatternPage

  /// Returns what to expect of an execution: by what was learned of its type, else by what executions of
  /// it have done of late. One without figures where there is neither.
  func estimate(_ query: EstimateQuery) async throws -> ExecutionEstimate

  /// The same store for reads that must see all that was learned before they began. Other reads may lag
  /// behind, by as much as what they are read from does.
  var consistentPatterns: any PatternStore { get }
}
