internal import Postgres
internal import WorkflowHistory

/// Finds executions of the slow speed classes.
enum SlowSamples {
  /// The statement that finds the latest executions of each slow class, of the newest day of the window
  /// that has any: no more than a day is read for each. Nil where there are none.
  static func statement(_ tally: MetricsTally, _ query: WindowQuery) -> (Statement, [Parameter])? {
    let days = classes.map { tally.newestDay(of: $0) }
    guard days.contains(where: { $0 != nil }) else { return nil }
    let (first, end) = (
      ExecutionID.first(atOrAfter: query.start), ExecutionID.first(atOrAfter: query.end)
    )
    var parameters: [Parameter] = [.text(query.userID)]
    for day in days {
      // Of no day there are none.
      parameters.append((day.map { max($0.firstID, first) } ?? end).parameter)
      parameters.append((day.map { min(($0 + 1).firstID, end) } ?? end).parameter)
    }
    return (
      query.workflowType == nil ? ofAllTypes : ofOneType,
      parameters + (query.workflowType.map { [.text($0)] } ?? [])
    )
  }

  /// The ids that it found, newest first.
  static func ids(_ found: QueryResult) throws(PostgresError) -> [SpeedClass: [ExecutionID]] {
    var ids: [SpeedClass: [ExecutionID]] = [:]
    for (column, speedClass) in classes.enumerated() {
      ids[speedClass] = try found[0].value(column, as: [UUIDValue].self)
        .map { ExecutionID(uuid: $0) }
    }
    return ids
  }

  private static let classes = [SpeedClass.slow, .verySlow]

  private static let types: [DataType] = [.text, .uuid, .uuid, .uuid, .uuid]
  private static let ofAllTypes = Statement("slow_samples", sql(typeCondition: ""), types)
  private static let ofOneType = Statement(
    "slow_samples_type", sql(typeCondition: "AND workflow_type = $6"), types + [.text])

  private static func sql(typeCondition: String) -> String {
    let samples = [
      ("$2", "$3", "duration_seconds >= 60 AND duration_seconds < 300"),
      ("$4", "$5", "duration_seconds >= 300"),
    ].map { first, end, isOfClass in
      """
      ARRAY(
        SELECT id FROM workflow_executions
        WHERE user_id = $1 AND id >= \(first) AND id < \(end) AND \(isOfClass) \(typeCondition)
        ORDER BY id DESC LIMIT \(OptimizationTip.sampleLimit))
      """
    }
    return "SELECT \(samples.joined(separator: ", "))"
  }
}
