internal import WorkflowHistory

/// What rollups keep of executions that retention takes away.
enum DroppedExecutions {
  /// The day of an execution.
  static let day = "(created_at AT TIME ZONE 'UTC')::date"

  /// A statement that notes executions in their rollups, which are made where there are none yet:
  /// what they count may still be in the change log alone.
  ///
  /// - Parameters:
  ///   - source: what has a user, day, type, the first and the last instant of creation, and counts
  ///     by status, or NULL, in this order.
  ///   - counts: what the counts become, by status; nil where they stay.
  static func note(_ source: String, counts: [String]?) -> String {
    let counts = counts.map { ", dropped_counts = ARRAY[\($0.joined(separator: ", "))]" } ?? ""
    return """
      INSERT INTO execution_rollups AS rollup (user_id, day, workflow_type, dropped_first,
        dropped_last, dropped_counts, pending, running, completed, failed, paused, durations,
        errors, spills_errors)
      SELECT *, 0, 0, 0, 0, 0, ''::bytea, ''::bytea, false FROM \(source)
      ON CONFLICT (user_id, day, workflow_type) DO UPDATE SET
        dropped_first = least(rollup.dropped_first, excluded.dropped_first),
        dropped_last = greatest(rollup.dropped_last, excluded.dropped_last)\(counts)
      """
  }
}
