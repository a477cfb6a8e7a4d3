internal import Postgres

/// As many rows of a batch are read as a budget of bytes allows, but at least one, so that neither
/// side ever holds much more than that: what a batch reads may be far larger than what it sends.
///
/// What is left over is put back into the queue with its size, to come again in a batch in which it
/// fits.
enum RowBudget {
  /// What the rows that one statement returns may hold, rendered: 8 MiB.
  static let bytes = 8 << 20

  /// A query that reads rows in the order of their ids.
  ///
  /// Each row is returned. First come `flags`, then `left_bytes`, the size of a row that is to be
  /// read and is left over, else NULL; then `columns`, NULL unless the row is read.
  ///
  /// - Parameters:
  ///   - rows: what holds the rows, with a column `is_read`: whether each is to be read.
  ///   - flags: expressions of what is not counted.
  static func select(flags: [String], columns: [String], from rows: String) -> String {
    let read = columns.map { "CASE WHEN is_read AND left_bytes IS NULL THEN \($0) END" }
    return """
      SELECT \((flags + ["left_bytes"] + read).joined(separator: ", ")) FROM (
        SELECT *, CASE WHEN bytes > \(bytes) AND bytes > row_bytes THEN row_bytes END AS left_bytes
        FROM (
          SELECT *, sum(row_bytes) OVER (ORDER BY id)::bigint AS bytes FROM (
            SELECT *, CASE WHEN is_read THEN \(ExecutionColumns.renderedSize) ELSE 0 END AS row_bytes
            FROM \(rows)
          ) AS sized
        ) AS summed
      ) AS measured
      """
  }
}

extension PendingWrite {
  /// Whether its row was left over, whose size stands in a column then: it takes note of that.
  func isLeftOver(_ row: Row, _ column: Int) throws(PostgresError) -> Bool {
    guard let size = try row.value(column, as: Int64?.self) else { return false }
    note { $0.rowBytes = Int(size) }
    return true
  }
}
