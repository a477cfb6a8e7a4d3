internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Reads the parts of figures, in one statement where they are few. Where they are many they are read
/// in portions of the same snapshot, so that no more than one of these is held at a time.
///
/// Either way the loop goes on with what else there is between portions.
struct FigureReader {
  let parts: FigureParts
  let limits: FigureLimits
  let eventLoop: EventLoop

  /// Calls `body` with each part's row.
  ///
  /// - Parameter byType: whether those of one type come one after another.
  /// - Throws: ``HistoryError/tooLarge(_:)`` where there are too many.
  func read(
    in transaction: Transaction, byType: Bool = false, _ body: (Row) throws -> Void
  ) async throws {
    let rows = try await transaction.query(
      parts.select(limit: limits.partsAtOnce, bytes: limits.bytesAtOnce), parts.parameters)
    if try isWhole(rows) {
      try await pass(rows, in: byType ? rows.indicesByType() : Array(0..<rows.count), to: body)
    } else {
      try await readPortions(in: transaction, byType: byType, body)
    }
  }

  private func isWhole(_ rows: QueryResult) throws -> Bool {
    var count = 0
    for index in 0..<rows.count {
      count += try FigureParts.count(rows[index])
      guard count <= limits.partsAtOnce, try !FigureParts.isCut(rows[index]) else { return false }
    }
    return true
  }

  private func pass(_ rows: QueryResult, in order: [Int], to body: (Row) throws -> Void)
    async throws
  {
    for (position, index) in order.enumerated() {
      if position > 0, position.isMultiple(of: limits.portion) { await eventLoop.yield() }
      try body(rows[index])
    }
  }

  // MARK: Portions

  private func readPortions(
    in transaction: Transaction, byType: Bool, _ body: (Row) throws -> Void
  ) async throws {
    let count: Int64 = try await transaction.query(
      parts.count(limit: limits.parts), parts.parameters)[0].value(0)
    guard count <= limits.parts else {
      throw HistoryError.tooLarge("\(limits.parts) figures of a workflow_type and day")
    }
    _ = try await transaction.query(
      parts.declare(Self.cursor, byType: byType), parts.parameters)
    let fetch = Statement("", "FETCH \(limits.portion) FROM \(Self.cursor)")
    while true {
      let rows = try await transaction.query(fetch)
      for index in 0..<rows.count { try body(rows[index]) }
      if rows.count < limits.portion { break }
    }
  }

  private static let cursor = "figure_parts"
}

extension QueryResult {
  /// The rows' numbers, those of one type one after another.
  fileprivate func indicesByType() throws -> [Int] {
    var byType: [ExactText: [Int]] = [:]
    for index in 0..<count {
      byType[ExactText(try FigureParts.workflowType(self[index])), default: []].append(index)
    }
    return byType.values.flatMap { $0 }
  }
}
