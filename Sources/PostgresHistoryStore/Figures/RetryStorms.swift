internal import Logging
internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// Workflow types whose retries mostly fail again, of those that failed again in the window.
enum RetryStorms {
  /// How many types are looked at: as many as a user has, as a rule.
  private static let typeLimit = 64

  /// The statement that finds the types that may be told.
  static func statement(_ query: WindowQuery) -> (Statement, [Parameter]) {
    (
      select,
      [.text(query.userID), .text(query.workflowType), .int4(Day(of: query.start).number)]
    )
  }

  /// What to do about those that the statement has found, the most failures first. An error that can't
  /// be opened here is left out.
  static func tips(
    _ found: QueryResult, _ query: WindowQuery, sealing: PayloadSealing?
  ) throws -> [OptimizationTip] {
    let seal = LearnedSeal(userID: query.userID, sealing: sealing)
    return try (0..<found.count).compactMap { index in
      let row = found[index]
      let learned = try LearnedRetries(
        row, from: 3, of: try row.value(0), sealedWith: try row.value(1))
      return OptimizationTip(
        retries: figures(of: learned, seal), of: learned.workflowType, among: try row.value(2))
    }
  }

  private static func figures(of learned: LearnedRetries, _ seal: LearnedSeal) -> RetryFigures {
    do {
      return try learned.opened(seal) ?? learned.withoutError
    } catch {
      storeLog.error("\(error)")
      return learned.withoutError
    }
  }

  /// Each with how many types of the user have enough retries, whichever is asked for.
  private static let select = Statement(
    "retry_storms",
    """
    SELECT workflow_type, sealed_with, types, \(LearnedRetries.columns.joined(separator: ", "))
    FROM (
      SELECT *, count(*) OVER () AS types FROM learned_types
      WHERE user_id = $1 AND retries >= \(OptimizationTip.leastRetries)
    ) AS retried
    WHERE ($2::text IS NULL OR workflow_type = $2) AND last_failed_retry >= $3
    ORDER BY failed_retries DESC, workflow_type COLLATE "C" LIMIT \(typeLimit)
    """, [.text, .text, .int4])
}
