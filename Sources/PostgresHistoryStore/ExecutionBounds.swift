internal import Postgres
internal import WorkflowHistory

/// Looks up when the first and the last execution of a window were created, of those that are left.
enum ExecutionBounds {
  /// Of all types together.
  static func ofAllTypes(_ query: WindowQuery, in transaction: Transaction) async throws -> Extent {
    try extent(try await transaction.query(ofAll, parameters(query))[0])
  }

  /// Of each of some types, in their order; and commits.
  static func commit(
    _ query: WindowQuery, types: [String], in transaction: Transaction
  ) async throws -> [Extent] {
    let found = try await transaction.commit(
      with: byType, parameters(query) + [.textArray(types)])
    return try (0..<found.count).map { try extent(found[$0]) }
  }

  private static func parameters(_ query: WindowQuery) -> [Parameter] {
    [
      .text(query.userID), ExecutionID.first(atOrAfter: query.start).parameter,
      ExecutionID.first(atOrAfter: query.end).parameter,
    ]
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
    "user_bounds", "SELECT (\(boundary("id"))), (\(boundary("id DESC")))", [.text, .uuid, .uuid])

  private static let byType = Statement(
    "type_bounds",
    """
    SELECT first.id, last.id
    FROM unnest($4) WITH ORDINALITY AS wanted (workflow_type, position)
    LEFT JOIN LATERAL (\(boundary("id", isOfWanted))) AS first ON true
    LEFT JOIN LATERAL (\(boundary("id DESC", isOfWanted))) AS last ON true
    ORDER BY position
    """, [.text, .uuid, .uuid, .textArray])

  private static let isOfWanted = "AND execution.workflow_type = wanted.workflow_type"

  private static func boundary(_ order: String, _ condition: String = "") -> String {
    """
    SELECT id FROM workflow_executions AS execution
    WHERE user_id = $1 AND id >= $2 AND id < $3 \(condition)
    ORDER BY \(order) LIMIT 1
    """
  }
}
