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

  let parameters: [Parameter]
  private let hasErrors: Bool
  private let isOfOneType: Bool

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
    self.hasErrors = hasErrors
    isOfOneType = query.workflowType != nil
  }

  /// The type that the part in a row is of.
  static func workflowType(_ row: Row) throws(PostgresError) -> String { try row.value(1) }

  /// Whether the row lacks some of a rollup, for its size.
  static func isCut(_ row: Row) throws(PostgresError) -> Bool {
    let kind: Int16 = try row.value(0)
    guard kind == Kind.rollup.rawValue else { return false }
    if row.isNull(9) { return true }
    return row.isNull(10)
  }

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

  /// Reads the parts, up to a limit and one more; what takes more than so many bytes of a rollup is
  /// NULL.
  func select(limit: Int, bytes: Int) -> Statement {
    Statement(
      "\(name)_\(limit)_\(bytes)", sql { Self.upTo(bytes, $0) } + "\nLIMIT \(limit + 1)", types)
  }

  /// Counts the parts, up to a limit and one more.
  func count(limit: Int) -> Statement {
    Statement(
      "\(name)_count_\(limit)",
      "SELECT count(*) FROM (\(sql { $0 }) LIMIT \(limit + 1)) AS part", types)
  }

  /// Makes a cursor of the parts, those of one type after another if so asked.
  func declare(_ cursor: String, byType: Bool) -> Statement {
    Statement(
      "",
      "DECLARE \(cursor) NO SCROLL CURSOR FOR SELECT * FROM (\(sql { $0 })) AS part"
        + (byType ? " ORDER BY workflow_type COLLATE \"C\"" : ""), types)
  }

  private static func upTo(_ bytes: Int, _ column: String) -> String {
    "CASE WHEN octet_length(\(column)) <= \(bytes) THEN \(column) END"
  }

  private var name: String {
    "figures" + (hasErrors ? "_errors" : "") + (isOfOneType ? "_type" : "")
  }

  private var types: [DataType] {
    [.text, .int4, .int4, .int4] + Array(repeating: .uuid, count: 8)
      + (isOfOneType ? [.text] : [])
  }

  /// - Parameter value: how a column of a rollup is read.
  private func sql(_ value: (String) -> String) -> String {
    func typeCondition(_ column: String) -> String { isOfOneType ? "AND \(column) = $13" : "" }
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
        CASE WHEN day >= \(RollupTable.date("$4")) THEN \(value("durations")) ELSE '' END,
        \(hasErrors ? value("errors") : "''::bytea"), dropped_first, dropped_last, NULL::smallint,
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
