internal import Logging
public import PatternLearning
internal import Postgres
internal import WorkflowHistory

extension PostgresHistoryStore {
  /// As `PatternStore` asks.
  public func estimate(_ query: EstimateQuery) async throws -> ExecutionEstimate {
    try await answering {
      if let model = try await learnedModel(of: query) {
        return ExecutionEstimate(model, of: query)
      }
      return try await recentOutcomes(of: query).estimate(query)
    }
  }

  /// What was learned of the query's type; nil where that is nothing.
  private func learnedModel(of query: EstimateQuery) async throws -> EstimateModel? {
    let found = try await readers.query(
      LearnedTypes.selectOne, [.text(query.userID), .text(query.workflowType)])
    guard let row = found.first else { return nil }
    let seal = LearnedSeal(userID: query.userID, sealing: sealing)
    do {
      if let model = try LearnedTypes.Row(row).model(seal) { return model }
      storeLog.error("an estimate can't be read: it was changed, or is of a later version")
    } catch let error as MissingPayloadKey {
      storeLog.error("\(error)")
    }
    throw HistoryError.cantOpenEstimate
  }

  private func recentOutcomes(of query: EstimateQuery) async throws -> RecentOutcomes {
    var outcomes = RecentOutcomes()
    let reader = FigureReader(
      parts: RecentOutcomes.parts(of: query), limits: figureLimits, eventLoop: eventLoop)
    try await analysts.transaction { (transaction) async throws in
      // A read that failed is begun anew.
      outcomes = RecentOutcomes()
      try await reader.read(in: transaction) { try outcomes.add($0) }
    }
    return outcomes
  }
}

extension HistoryError {
  /// The model is sealed, and does not open here.
  fileprivate static let cantOpenEstimate = HistoryError(
    .internal, "what was learned is sealed, and this server can't open it: ask its operator")
}
