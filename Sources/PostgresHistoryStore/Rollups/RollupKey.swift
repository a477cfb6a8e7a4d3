internal import Postgres
internal import WorkflowHistory

/// What a rollup is of.
struct RollupKey: Hashable, Comparable {
  var userID: ExactText
  var day: Day
  var workflowType: ExactText

  static func < (a: RollupKey, b: RollupKey) -> Bool {
    if a.userID != b.userID { return a.userID < b.userID }
    if a.day != b.day { return a.day < b.day }
    return a.workflowType < b.workflowType
  }
}

/// A set of changes to rollups.
struct RollupChanges {
  private(set) var byKey: [RollupKey: ExecutionRollup] = [:]

  /// Adds an execution's contribution, `times` times.
  mutating func add(_ contribution: ExecutionContribution, times: Int64, to key: RollupKey) {
    byKey[key, default: ExecutionRollup()].add(contribution, times: times)
  }

  /// Adds to one rollup.
  mutating func add(_ change: ExecutionRollup, to key: RollupKey) {
    byKey[key, default: ExecutionRollup()].merge(change)
  }

  /// Adds what a logged change makes of an execution.
  mutating func add(_ change: LoggedChange) {
    let day = Day(of: change.executionID.createdAt)
    for (state, times) in [(change.old, Int64(-1)), (change.new, 1)] {
      guard let state else { continue }
      let key = RollupKey(userID: change.userID, day: day, workflowType: state.workflowType)
      add(state.contribution, times: times, to: key)
    }
  }

  /// Those that change something, in the order of their keys.
  var sorted: [(key: RollupKey, change: ExecutionRollup)] {
    byKey.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      .map { (key: $0.key, change: $0.value) }
  }
}
