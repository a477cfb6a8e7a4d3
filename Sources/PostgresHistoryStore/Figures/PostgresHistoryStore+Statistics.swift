internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func statistics(_ query: WindowQuery) async throws -> WorkflowStatistics {
    try await sharedStatistics.answer(query) { try await self.readStatistics($0) }
  }

  private func readStatistics(_ query: WindowQuery) async throws -> WorkflowStatistics {
    try await answering {
      // All statements see one snapshot.
      try await analysts.transaction { (transaction) async throws in
        let span = RollupSpan(
          from: DayCut(at: query.start, reading: .shorter),
          to: DayCut(at: query.end, reading: .after))
        var tally = StatisticsTally(query, span, typeLimit: figureLimits.types)
        let reader = FigureReader(
          parts: FigureParts(query, span), limits: figureLimits, eventLoop: eventLoop)
        try await reader.read(in: transaction, byType: true) { try tally.add($0) }
        return try await tally.statistics(in: transaction)
      }
    }
  }
}
