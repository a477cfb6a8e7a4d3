internal import Postgres
internal import WorkflowHistory

/// Which executions a retention policy does not keep any longer, as SQL has it.
struct DueCondition {
  /// Nothing from here on is due, whatever its type and status.
  let end: ExecutionID
  private let policy: RetentionPolicy
  private let now: Timestamp

  /// The condition at an instant; nil where the policy keeps everything.
  init?(_ policy: RetentionPolicy, at now: Timestamp) {
    guard let seconds = policy.seconds else { return nil }
    self.policy = policy
    self.now = now
    end = Self.bound(seconds, before: now)
  }

  /// A statement that has the condition, a truth of rows of `workflow_executions`, in some place.
  ///
  /// It is parsed each time: there is one for each policy.
  ///
  /// - Parameters:
  ///   - parameters: those that come before the condition's own, with their types.
  func statement(
    _ parameters: [(Parameter, DataType)], _ sql: (_ isDue: String) -> String
  ) -> (Statement, [Parameter]) {
    var all = parameters
    func place(_ parameter: Parameter, _ type: DataType) -> String {
      all.append((parameter, type))
      return "$\(all.count)"
    }
    let cases = policy.rules.map { rule in
      let statuses = rule.statuses.map(\.rawValue).sorted()
      var matches = "status = ANY (\(place(.int2Array(statuses), .int2Array)))"
      if let workflowType = rule.workflowType {
        matches += " AND workflow_type = \(place(.text(workflowType), .text))"
      }
      let isDue = rule.seconds.map { seconds in
        "id < \(place(Self.bound(seconds, before: now).parameter, .uuid))"
      }
      return "WHEN \(matches) THEN \(isDue ?? "false")"
    }
    let text = sql("CASE \(cases.joined(separator: " ")) ELSE false END")
    return (Statement("", text, all.map(\.1)), all.map(\.0))
  }

  /// The lower bound of the ids of so many seconds ago.
  private static func bound(_ seconds: Int64, before now: Timestamp) -> ExecutionID {
    .first(atOrAfter: Timestamp(microseconds: now.microseconds - seconds * 1_000_000))
  }
}
