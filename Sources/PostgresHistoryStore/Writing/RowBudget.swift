internal import Postgres

/// What a batch reads may be far larger than what it sends. So each row is read only where it is no
/// larger than its share of a budget, or than what is known of it: neither side ever holds much more.
///
/// A write whose row is larger is put back into the queue with that row's size, to come again in a
/// batch which has room for it.
enum RowBudget {
  /// What the rows that one statement reads share: 8 MiB, rendered.
  private static let bytes = 8 << 20

  /// What the columns of ``select(flags:columns:from:)`` are of.
  static let rows = "measured"

  /// How large the row of a write may be to be read as one of `count`.
  static func limit(_ write: PendingWrite, amongst count: Int) -> Parameter {
    .int8(Int64(max(bytes / max(count, 1), write.rowBytes)))
  }

  /// A query of rows: first `flags`, then the size of a row that is to be read and is too large,
  /// else NULL; then `columns`, NULL unless the row is read.
  ///
  /// - Parameter rows: what holds the rows, with the columns `is_read`, whether each is to be read,
  ///   and `row_limit`, how large it may be.
  static func select(flags: [String], columns: [String], from rows: String) -> String {
    let read = columns.map { "CASE WHEN row_bytes <= row_limit THEN \($0) END" }
    let left = "CASE WHEN row_bytes > row_limit THEN row_bytes END"
    // OFFSET 0 has each row measured once, and not for each of its columns.
    return """
      SELECT \((flags + [left] + read).joined(separator: ", ")) FROM (
        SELECT *, CASE WHEN is_read THEN \(ExecutionColumns.renderedSize) END AS row_bytes
        FROM \(rows) OFFSET 0
      ) AS \(Self.rows)
      """
  }
}

extension PendingWrite {
  /// Whether its row was too large, whose size stands in a column then: it takes note of that.
  func isLeftOver(_ row: Row, _ column: Int) throws(PostgresError) -> Bool {
    guard let size = try row.value(column, as: Int64?.self) else { return false }
    note { $0.rowBytes = Int(size) }
    return true
  }
}
