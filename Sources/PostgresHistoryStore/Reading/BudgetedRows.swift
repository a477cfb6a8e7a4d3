/// The first rows of some, as many as a budget has room for.
enum BudgetedRows {
  /// What the columns of ``select(_:reading:from:by:budget:)`` are of.
  static let rows = "measured"

  /// A query of the first rows whose sizes sum up to no more than the budget, but at least of one: first
  /// the sum up to the row, and how many rows there were to choose from, then `columns`.
  ///
  /// - Parameters:
  ///   - further: columns of the candidates beside ``ExecutionColumns/all``, which are read too.
  ///   - candidates: a query of rows, with all these columns.
  ///   - order: in which they come.
  ///   - budget: how many bytes they may have, rendered.
  static func select(
    _ columns: [String], reading further: [String] = [], from candidates: String,
    by order: String, budget: String
  ) -> String {
    let rendered = ExecutionColumns.documents.map { "\($0)::text AS \($0)" }
    return """
      SELECT bytes, candidates, \(columns.joined(separator: ", ")) FROM (
        SELECT *, row_number() OVER ordered AS position, count(*) OVER () AS candidates,
          sum(\(ExecutionColumns.renderedSize)) OVER ordered::bigint AS bytes
        FROM (
          SELECT \((ExecutionColumns.plain + further + rendered).joined(separator: ", "))
          FROM (\(candidates)) AS chosen
        ) AS candidate
        WINDOW ordered AS (ORDER BY \(order))
      ) AS \(rows)
      WHERE position = 1 OR bytes <= \(budget) ORDER BY \(order)
      """
  }
}
