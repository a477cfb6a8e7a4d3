internal import Postgres
internal import WorkflowHistory

/// What the figures of a window are made of, as one statement reads it: the rollups of whole days,
/// the changes that are not yet in them, and executions at the ends of the window.
struct FigureParts {
  /// Which of them a row is. The numbers stand in the statement.
  private enum Kind: Int16 {
    case rollup = 0
    /// What an execution became, or was, by a change that is not yet in the rollups.
    case became = 1
    case was = 2
    case execution = 3
  }

  /// One of them.
  enum Part {
    /// A day's executions of one type.
    case rollup(StoredRollup)
    /// An execution, which counts so many times towards the figures of its day.
    case change(ExecutionID, ExecutionContribution, times: Int64)
    /// An execution at an end of the window.
    case execution(ExecutionID, ExecutionContribution)
  }

  let statement: Statement
  let parameters: [Parameter]

  /// The parts of statistics: those of a span, without errors.
  init(_ query: WindowQuery, _ span: RollupSpan) {
    self.init(
      query, days: span.days, durationsFrom: span.days.lowerBound,
      ends: span.added + span.removed, hasErrors: false)
  }

  /// The rollups and changes of some days, their durations from one of these on, and the executions
  /// in some ranges; of these there are three at most that do not overlap.
  init(
    _ query: WindowQuery, days: Range<Day>, durationsFrom first: Day, ends: [Range<ExecutionID>],
    hasErrors: Bool
  ) {
    let none = days.ids.upperBound..<days.ids.upperBound
    let ends = ends.joined
    let ranges = [days.ids] + ends + Array(repeating: none, count: 3 - ends.count)
    parameters =
      [
        .text(query.userID), .int4(days.lowerBound.number), .int4(days.upperBound.number),
        .int4(first.number),
      ] + ranges.flatMap { [$0.lowerBound.parameter, $0.upperBound.parameter] }
      + (query.workflowType.map { [.text($0)] } ?? [])
    statement = Self.statements[(hasErrors ? 1 : 0) + (query.workflowType == nil ? 0 : 2)]
  }

  /// The type that the part in a row is of.
  static func workflowType(_ row: Row) throws(PostgresError) -> String { try row.value(1) }

  /// The part in a row.
  static func part(_ row: Row) throws(PostgresError) -> Part {
    guard let kind = Kind(rawValue: try row.value(0)) else {
      throw PostgresError(.protocolViolation, "no such part of figures")
    }
    if kind == .rollup { return .rollup(StoredRollup(row: row)) }
    let id = ExecutionID(uuid: try row.value(3))
    let contribution = try ExecutionContribution(row, from: 13)
    switch kind {
    case .became: return .change(id, contribution, times: 1)
    case .was: return .change(id, contribution, times: -1)
    case .execution, .rollup: return .execution(id, contribution)
    }
  }

  // MARK: The statements

  /// Without errors and with them, of all types; and so of one type.
  private static let statements = [
    Statement("figures", sql(hasErrors: false), types),
    Statement("figures_errors", sql(hasErrors: true), types),
    Statement("figures_type", sql(hasErrors: false) { "AND \($0) = $13" }, types + [.text]),
    Statement("figures_errors_type", sql(hasErrors: true) { "AND \($0) = $13" }, types + [.text]),
  ]
  private static let types: [DataType] =
    [.text, .int4, .int4, .int4] + Array(repeating: .uuid, count: 8)

  private static func sql(
    hasErrors: Bool, typeCondition: (String) -> String = { _ in "" }
  ) -> String {
    let noFigures = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    func fingerprint(_ column: String) -> String { hasErrors ? column : "NULL::text" }
    let ends = [("$7", "$8"), ("$9", "$10"), ("$11", "$12")].map { first, end in
      """
      UNION ALL
      SELECT \(Kind.execution.rawValue)::smallint, workflow_type, NULL, id, \(noFigures), status,
        duration_seconds, \(fingerprint("error_fingerprint"))
      FROM workflow_executions
      WHERE user_id = $1 AND id >= \(first) AND id < \(end) \(typeCondition("workflow_type"))
      """
    }
    return """
      SELECT \(Kind.rollup.rawValue)::smallint, workflow_type, \(RollupTable.number("day")),
        NULL::uuid, pending, running, completed, failed, paused,
        CASE WHEN day >= \(RollupTable.date("$4")) THEN durations ELSE '' END,
        \(hasErrors ? "errors" : "''::bytea"), dropped_first, dropped_last, NULL::smallint,
        NULL::double precision, NULL::text
      FROM execution_rollups
      WHERE user_id = $1 AND day >= \(RollupTable.date("$2")) AND day < \(RollupTable.date("$3"))
        \(typeCondition("workflow_type"))
      UNION ALL
      SELECT state.kind, state.workflow_type, NULL, execution_id, \(noFigures), state.status,
        state.duration_seconds, \(fingerprint("state.error_fingerprint"))
      FROM workflow_execution_changes AS change CROSS JOIN LATERAL (
        VALUES (\(Kind.became.rawValue)::smallint, change.workflow_type, change.status,
            change.duration_seconds, change.error_fingerprint),
          (\(Kind.was.rawValue)::smallint, old_workflow_type, old_status, old_duration_seconds,
            old_error_fingerprint)
      ) AS state (kind, workflow_type, status, duration_seconds, error_fingerprint)
      WHERE user_id = $1 AND transaction_id >= \(RollupFolder.watermark)
        AND execution_id >= $5 AND execution_id < $6 AND state.status IS NOT NULL
        \(typeCondition("state.workflow_type"))
      \(ends.joined(separator: "\n"))
      """
  }
}

/// A row of a rollup, of which each reader decodes what it needs.
struct StoredRollup {
  fileprivate let row: Row

  var day: Day { get throws(PostgresError) { Day(number: try row.value(2)) } }
  var counts: StatusCounts { get throws(PostgresError) { try StatusCounts(row, from: 4) } }
  /// As ``DurationFigures/encoded``.
  var durations: [UInt8] { get throws(PostgresError) { try row.value(9) } }
  /// As ``ErrorCounts/encoded``.
  var errors: [UInt8] { get throws(PostgresError) { try row.value(10) } }
  /// When the first and the last of those was created that retention dropped.
  var dropped: [Timestamp] {
    get throws(PostgresError) { try [row.timestamp(11), row.timestamp(12)].compactMap { $0 } }
  }
}

extension [Range<ExecutionID>] {
  /// The same ids in ranges that do not overlap.
  fileprivate var joined: [Range<ExecutionID>] {
    sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, range in
      if let last = joined.last, range.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
  }
}
