internal import Metrics

/// Counts the tokens of calls as `workflow_history.tokens.looked_up`, by `cached`: whether they were known,
/// or their signature was still to be checked.
public struct TokenLookups: Sendable {
  private let known = TokenLookups.counter("true")
  private let unknown = TokenLookups.counter("false")

  /// Counts with the system that the process was set up with.
  public init() {}

  func count(isKnown: Bool) { (isKnown ? known : unknown).increment() }

  private static func counter(_ cached: String) -> Counter {
    Counter(label: "workflow_history.tokens.looked_up", dimensions: [("cached", cached)])
  }
}
