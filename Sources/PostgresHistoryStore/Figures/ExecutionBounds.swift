internal import Postgres
internal import WorkflowHistory

/// Looks up when the first and the last execution of a window were created, of those that are left.
enum ExecutionBounds {
  /// Of all types together.
  static func ofAllTypes(_ query: WindowQuery, in transaction: Transaction) async throws -> Extent {
    try extent(try await transaction.query(ofAll, parameters(query))[0])
  }

  /// A type, and the days that all its executions in the window are of.
  struct TypeDays {
    var workflowType: String
    var days: ClosedRange<Day>
  }

  /// Of each of some types, in their order; and commits.
  ///
  /// Each is looked for from its days on: the planner may take an index in which the executions of all
  /// types lie between, and would pass over the years before a type's first.
  static func commit(
    _ query: WindowQuery, types: [TypeDays], in transaction: Transaction
  ) async throws -> [Extent] {
    let window = ids(query)
    var columns = Columns([.text, .uuid, .uuid])
    for type in types {
      columns.append([
        .text(type.workflowType),
        max(window.lowerBound, type.days.lowerBound.firstID).parameter,
        min(window.upperBound, (type.days.upperBound + 1).firstID).parameter,
      ])
    }
    let found = try await transaction.commit(with: byType, parameters(query) + columns.parameters)
    return try (0..<found.count).map { try extent(found[$0]) }
  }

  private static func ids(_ query: WindowQuery) -> Range<ExecutionID> {
    ExecutionID.first(atOrAfter: query.start)..<ExecutionID.first(atOrAfter: query.end)
  }

  private static func parameters(_ query: WindowQuery) -> [Parameter] {
    let ids = ids(query)
    return [.text(query.userID), ids.lowerBound.parameter, ids.upperBound.parameter]
  }

  private static func extent(_ row: Row) throws(PostgresError) -> Extent {
    var extent = Extent()
    for column in 0..<2 {
      guard let id = try row.value(column, as: UUIDValue?.self) else { continue }
      extent.include(ExecutionID(uuid: id).createdAt)
    }
    return extent
  }

  // MARK: Statements

  private static let ofAll = Statement(
    "user_bounds",
    """
    SELECT (\(boundary("id", from: "$2", before: "$3"))),
      (\(boundary("id DESC", from: "$2", before: "$3")))
    """,
    [.text, .uuid, .uuid])

  private static let byType = Statement(
    "type_bounds",
    """
    SELECT first.id, last.id
    FROM unnest($4, $5, $6) WITH ORDINALITY
      AS wanted (workflow_type, first_from, last_before, position)
    LEFT JOIN LATERAL (
      \(boundary("id", from: "wanted.first_from", before: "$3", isOfWanted))
    ) AS first ON true
    LEFT JOIN LATERAL (
      \(boundary("id DESC", from: "$2", before: "wanted.last_before", isOfWanted))
    ) AS last ON true
    ORDER BY position
    """,
    [.text, .uuid, .uuid, .textArray, DataType.uuid.array, DataType.uuid.array])

  private static let isOfWanted = "AND execution.workflow_type = wanted.workflow_type"

  private static func boundary(
    _ order: String, from first: String, before end: String, _ condition: String = ""
  ) -> String {
    """
    SELECT id FROM workflow_executions AS execution
    WHERE user_id = $1 AND id >= \(first) AND id < \(end) \(condition)
    ORDER BY \(order) LIMIT 1
    """
  }
}
