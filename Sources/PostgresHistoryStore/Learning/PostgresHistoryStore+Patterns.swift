internal import Logging
public import PatternLearning
internal import Postgres
internal import WorkflowHistory

extension PostgresHistoryStore: PatternStore {
  /// As `PatternStore` asks.
  public var consistentPatterns: any PatternStore { primaryStore }

  /// As `PatternStore` asks.
  public func patterns(_ query: PatternQuery) async throws -> PatternPage {
    try await answering {
      var after: PatternPageToken?
      if let text = query.pageToken {
        after = PatternPageToken(text, for: query, key: try await tokenKey())
        guard after != nil else { throw HistoryError.foreignPageToken }
      }
      // Of one user there are so few that what follows a page is found among all.
      let rows = try await readers.query(
        Self.patternPage,
        [
          .text(query.userID), .text(query.workflowType),
          .textArray(query.kinds.map(\.rawValue).sorted()), .boolean(query.includesRetired),
          .float8(after?.pValue), .text(after?.id ?? ""), .int8(Int64(query.pageSize + 1)),
        ])
      let seal = LearnedSeal(userID: query.userID, sealing: sealing)
      var page = PatternPage(patterns: [])
      for index in 0..<min(rows.count, query.pageSize) {
        let row = try PatternTable.Row(rows[index])
        page.patterns.append(try opened(row, seal))
      }
      if rows.count > query.pageSize, let last = page.patterns.last {
        page.nextPageToken = PatternPageToken(after: last)
          .encoded(for: query, key: try await tokenKey())
      }
      return page
    }
  }

  private func opened(_ row: PatternTable.Row, _ seal: LearnedSeal) throws(HistoryError)
    -> ListedPattern
  {
    do {
      guard let pattern = try row.pattern(seal) else {
        storeLog.error("a pattern can't be read: it was changed, or is of a later version")
        throw HistoryError.cantOpenPattern
      }
      return ListedPattern(pattern, id: row.publicID)
    } catch let error as MissingPayloadKey {
      storeLog.error("\(error)")
      throw .cantOpenPattern
    } catch {
      throw .cantOpenPattern
    }
  }

  private static let patternPage = Statement(
    "patterns_page",
    """
    SELECT \(PatternTable.columns) FROM learning_patterns
    WHERE user_id = $1 AND ($2::text IS NULL OR workflow_type = $2)
      AND (cardinality($3::text[]) = 0 OR pattern_type = ANY ($3)) AND (active OR $4)
      AND ($5::float8 IS NULL OR (p_value, pattern_id COLLATE "C") > ($5, $6))
    ORDER BY p_value, pattern_id COLLATE "C" LIMIT $7
    """, [.text, .text, .textArray, .boolean, .float8, .text, .int8])
}

extension HistoryError {
  /// The pattern is sealed, and does not open here.
  fileprivate static let cantOpenPattern = HistoryError(
    .internal, "a pattern is sealed, and this server can't open it: ask its operator")
}
