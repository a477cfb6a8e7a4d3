internal import Postgres
internal import WorkflowHistory

extension PostgresHistoryStore {
  /// How many executions meet the filters, wherever the page lies.
  func total(_ query: HistoryQuery) async throws -> Int64 {
    let total =
      query.isAbandonedOnly
      ? TotalQuery(abandoned: query)
      : query.workflowID == nil ? TotalQuery(rolledUp: query) : TotalQuery(scanned: query)
    return try await analysts.query(total.statement, total.parameters)[0].value(0)
  }
}

/// A statement that counts executions.
private struct TotalQuery {
  let statement: Statement
  let parameters: [Parameter]

  /// Counts the abandoned executions one by one: there are few.
  init(abandoned query: HistoryQuery) {
    let filter = HistoryFilter(query)
    statement = filter.statement(
      "total", "SELECT count(*) FROM (\(filter.newest(["id"], limit: "ALL"))) AS abandoned")
    parameters = filter.parameters
  }

  /// Counts the executions one by one: rollups know nothing of single workflows.
  init(scanned query: HistoryQuery) {
    let filter = HistoryFilter(query)
    statement = filter.statement(
      "total", "SELECT count(*) FROM workflow_executions WHERE \(filter.condition)")
    parameters = filter.parameters
  }

  /// Adds up rollups, the changes that are not yet in them, and the executions at the ends, as
  /// ``FigureParts`` has it. What retention has dropped is not counted: it is on no page.
  init(rolledUp query: HistoryQuery) {
    let span = RollupSpan(
      from: DayCut(at: query.createdAfter ?? Timestamp(microseconds: 0), reading: .after),
      to: DayCut(at: query.createdBefore ?? Timestamp(microseconds: .max), reading: .after))
    let end = span.days.ids.upperBound..<span.days.ids.upperBound
    let statuses = WorkflowStatus.allCases.filter {
      query.statuses.isEmpty || query.statuses.contains($0)
    }
    parameters =
      [
        .text(query.userID), .int4(span.days.lowerBound.number),
        .int4(span.days.upperBound.number), .int2Array(statuses.map(\.rawValue)),
      ]
      + [span.days.ids, span.added.first ?? end, span.removed.first ?? end].flatMap {
        [$0.lowerBound.parameter, $0.upperBound.parameter]
      } + (query.workflowType.map { [.text($0)] } ?? [])
    let type = query.workflowType.map { _ in "_type" } ?? ""
    let shape = statuses.map { "\($0.rawValue)" }.joined()
    statement = Statement(
      "rolled_total_\(shape)\(type)",
      Self.sql(statuses) { query.workflowType == nil ? "" : "AND \($0) = $11" },
      [.text, .int4, .int4, .int2Array] + Array(repeating: .uuid, count: 6)
        + (query.workflowType == nil ? [] : [.text]))
  }

  private static func sql(
    _ statuses: [WorkflowStatus], typeCondition: (String) -> String
  ) -> String {
    let conditions = "user_id = $1 AND status = ANY ($4) \(typeCondition("workflow_type"))"
    return """
      SELECT (
        coalesce((
          SELECT sum(\(statuses.map(\.left).joined(separator: " + "))) FROM execution_rollups
          WHERE user_id = $1 AND day >= \(RollupTable.date("$2")) AND day < \(RollupTable.date("$3"))
            \(typeCondition("workflow_type"))
            AND day NOT IN (SELECT day FROM retention_days WHERE is_whole)
        ), 0)
        + coalesce((
          SELECT sum(times)
          FROM workflow_execution_changes AS change CROSS JOIN LATERAL (
            VALUES (1, change.workflow_type, change.status), (-1, old_workflow_type, old_status)
          ) AS state (times, workflow_type, status)
          WHERE user_id = $1 AND transaction_id >= \(RollupFolder.watermark)
            AND execution_id >= $5 AND execution_id < $6 AND state.status = ANY ($4)
            \(typeCondition("state.workflow_type"))
            AND NOT EXISTS (
              SELECT FROM retention_days
              WHERE is_whole AND execution_id >= first_id AND execution_id < end_id)
        ), 0)
        + (SELECT count(*) FROM workflow_executions WHERE id >= $7 AND id < $8 AND \(conditions))
        - (SELECT count(*) FROM workflow_executions WHERE id >= $9 AND id < $10 AND \(conditions))
      )::bigint
      """
  }
}

extension WorkflowStatus {
  /// The executions that a row of `execution_rollups` counts with it and that are still there.
  fileprivate var left: String { "\(column) - coalesce(dropped_counts[\(rawValue)], 0)" }

  /// The column of `execution_rollups` that counts it.
  private var column: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .completed: "completed"
    case .failed: "failed"
    case .paused: "paused"
    }
  }
}
