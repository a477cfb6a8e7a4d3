public import Postgres
public import Reactor
internal import WorkflowHistory

/// Holds all rollups against the executions, day by day, each in short transactions of its own.
///
/// Writers and the folder may go on meanwhile. Days of which retention has dropped executions are
/// passed over: their rollups hold more than the table does.
public struct RollupCheck: Sendable {
  /// What to do about rollups that differ.
  public enum Mode: Sendable {
    /// Nothing: to tell.
    case verify
    /// To make them what the executions add up to.
    case rebuild
  }

  /// A rollup that differs from what the executions add up to.
  public struct Difference: Equatable, Sendable {
    /// Whose executions.
    public var userID: String
    /// The UTC day, in days since 1970-01-01.
    public var day: Int32
    /// Their type.
    public var workflowType: String
  }

  /// How far it has come.
  public struct Progress: Equatable, Sendable {
    /// The UTC day that was looked at last, in days since 1970-01-01.
    public var day: Int32
    /// How many days of the calendar are behind it.
    public var daysDone: Int
    /// How many there are.
    public var daysTotal: Int
    /// How many rollups were held against the executions.
    public var rollups: Int64 = 0
    /// How many of them differ, or did.
    public var differing: Int64 = 0
    /// How many days were passed over.
    public var daysPassedOver = 0
  }

  private let mode: Mode
  private let differs: @Sendable (Difference) -> Void
  private let progress: @Sendable (Progress) -> Void
}

extension RollupCheck {
  /// Checks the rollups of a database.
  ///
  /// - Parameters:
  ///   - differs: called for each rollup that differs.
  ///   - progress: called after each day.
  /// - Returns: the last progress; nil where there are neither executions nor rollups.
  /// - Throws: `PostgresError`. What was rebuilt by then stays so.
  public static func run(
    _ mode: Mode, _ database: PostgresOptions, on eventLoop: EventLoop,
    differs: @Sendable @escaping (Difference) -> Void = { _ in },
    progress: @Sendable @escaping (Progress) -> Void = { _ in }
  ) async throws -> Progress? {
    var options = database
    // A day may have any number of executions; it only reads while it holds nobody up.
    options.statementTimeout = nil
    options.lockTimeout = nil
    options.settings["default_transaction_isolation"] = "read committed"
    let connection = try await PostgresConnection.connect(
      to: options, pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    return try await RollupCheck(mode: mode, differs: differs, progress: progress)
      .run(on: connection)
  }

  private func run(on connection: PostgresConnection) async throws -> Progress? {
    guard let (first, last) = try await connection.transaction(Self.bounds) else { return nil }
    var state = Progress(
      day: first.number, daysDone: 0, daysTotal: Int(last.number - first.number) + 1)
    var day: Day? = first
    while let current = day, current <= last {
      try await check(current, on: connection, &state)
      state.day = current.number
      state.daysDone = Int(current.number - first.number) + 1
      progress(state)
      day = try await connection.transaction { (transaction) async throws in
        try await RollupDays.next(from: current + 1, in: transaction)
      }
    }
    return state
  }

  private static func bounds(_ transaction: Transaction) async throws -> (Day, Day)? {
    guard let first = try await RollupDays.next(from: Day(number: 0), in: transaction),
      let last = try await RollupDays.last(in: transaction)
    else { return nil }
    return (first, last)
  }

  private func check(_ day: Day, on connection: PostgresConnection, _ state: inout Progress)
    async throws
  {
    var position: RollupComparison.Position? = .first
    while let start = position {
      let comparison = try await connection.transaction { (transaction) async throws in
        try await compare(day, from: start, in: transaction)
      }
      guard let comparison else {
        state.daysPassedOver += 1
        return
      }
      for (key, _) in comparison.missing.sorted {
        state.differing += 1
        differs(
          Difference(
            userID: key.userID.text, day: day.number, workflowType: key.workflowType.text))
      }
      state.rollups += comparison.count
      position = comparison.next
    }
  }

  /// Nil where executions of the day were dropped.
  private func compare(
    _ day: Day, from start: RollupComparison.Position, in transaction: Transaction
  ) async throws -> RollupComparison? {
    switch mode {
    case .verify: _ = try await transaction.query(Self.oneSnapshot)
    case .rebuild: _ = try await transaction.query(AdvisoryLock.rollups.take)
    }
    guard try await !RollupDays.hasDropped(day, in: transaction) else { return nil }
    switch mode {
    case .verify: return try await RollupComparison.compare(day, from: start, in: transaction)
    case .rebuild: return try await RollupComparison.rebuild(day, from: start, in: transaction)
    }
  }

  private static let oneSnapshot = Statement(
    "", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
}
