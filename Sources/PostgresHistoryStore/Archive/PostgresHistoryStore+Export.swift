internal import Postgres
internal import Reactor
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks: from the primary, on a connection of its own.
  public func export(
    _ query: ExportQuery, to take: @escaping (ExportPart) async throws -> Void
  ) async throws {
    let turn = try exports.begin(userID: query.filter.userID)
    defer { turn.end() }
    try await answering {
      let connection = try await PostgresConnection.connect(
        to: exporting, pipelining: .cancellable, on: eventLoop)
      defer { connection.close() }
      try await connection.transaction(mode: .snapshot) { transaction in
        let scan = ExportScan(query, sealing: sealing, in: transaction, on: eventLoop)
        do {
          try await handOver(scan, query, turn, to: take)
        } catch {
          await scan.end()
          throw error
        }
      }
    }
  }

  /// Hands over all parts, with the total before the first where it was asked for.
  private func handOver(
    _ scan: ExportScan, _ query: ExportQuery, _ turn: ExportTurn,
    to take: @escaping (ExportPart) async throws -> Void
  ) async throws {
    var total = query.includesTotal ? try await scan.total() : nil
    while let executions = try await scan.next() {
      guard !executions.isEmpty || total != nil else { continue }
      try await turn.hand(ExportPart(executions: executions, total: total), to: take)
      total = nil
    }
  }
}
