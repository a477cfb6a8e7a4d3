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
    case executions = 3
    case error = 4
    case tasks = 5
  }

  /// One of them.
  enum Part {
    /// A day's executions of one type.
    case rollup(StoredRollup)
    /// An execution, which counts so many times towards the figures of its day.
    case change(ExecutionID, ExecutionContribution, times: Int64)
    /// Executions of one type and status at an end of the window, without their errors and tasks. The id
    /// is that of one of them, or not before theirs: it is of their day, and in the range that they are
    /// in.
    case executions(ExecutionID, ExecutionGroup)
    /// The fingerprint of an error at an end of a window.
    case error(ExecutionID, fingerprint: ExactText)
    /// What the tasks of an execution at an end of the window did.
    case tasks(ExecutionID)

    /// The day that it is of.
    var day: Day {
      get throws(PostgresError) {
        switch self {
        case .rollup(let stored): try stored.day
        case .change(let id, _, _), .executions(let id, _), .error(let id, _), .tasks(let id):
          Day(of: id.createdAt)
        }
      }
    }
  }

  let parameters: [Parameter]
  private let hasLabels: Bool
  private let isOfOneType: Bool

  /// The parts of statistics: those of a span, without errors and tasks.
  init(_ query: WindowQuery, _ span: RollupSpan) {
    self.init(
      query, days: span.days, durationsFrom: span.days.lowerBound,
      tasksFrom: span.days.lowerBound, ends: span.ends)
  }

  /// The rollups and changes of some days, their durations and tasks from one of these on, the
  /// executions in at most two ranges, each of one day, and the errors in others.
  ///
  /// - Parameter errorEnds: nil where errors and tasks are not read.
  init(
    _ query: WindowQuery, days: Range<Day>, durationsFrom firstTimed: Day, tasksFrom first: Day,
    ends: [Range<ExecutionID>], errorEnds: [Range<ExecutionID>]? = nil
  ) {
    func padded(_ ranges: [Range<ExecutionID>], to count: Int) -> [Range<ExecutionID>] {
      let none = days.ids.upperBound..<days.ids.upperBound
      return ranges + Array(repeating: none, count: count - ranges.count)
    }
    let ranges =
      [days.ids] + padded(ends, to: Self.ends.count)
      + (errorEnds.map { padded($0.joined, to: Self.errorEnds.count) } ?? [])
    parameters =
      [
        .text(query.userID), .int4(days.lowerBound.number), .int4(days.upperBound.number),
        .int4(firstTimed.number), .int4(first.number),
      ] + ranges.flatMap { [$0.lowerBound.parameter, $0.upperBound.parameter] }
      + (query.workflowType.map { [.text($0)] } ?? [])
    hasLabels = errorEnds != nil
    isOfOneType = query.workflowType != nil
  }

  /// The parameters with the bounds of the ranges at the ends of a window.
  private static let ends: [(first: String, end: String)] = [("$8", "$9"), ("$10", "$11")]
  /// Those of the ranges of errors, of which there are as many: the window before ends where this one
  /// begins.
  private static let errorEnds: [(first: String, end: String)] = [
    ("$12", "$13"), ("$14", "$15"), ("$16", "$17"),
  ]

  /// The type that the part in a row is of.
  static func workflowType(_ row: Row) throws(PostgresError) -> String { try row.value(1) }

  /// How many parts a row counts for: each execution is one.
  static func count(_ row: Row) throws(PostgresError) -> Int {
    let kind: Int16 = try row.value(0)
    return kind == Kind.executions.rawValue ? Int(clamping: try ExecutionGroup(row: row).count) : 1
  }

  /// Whether the row lacks some of a rollup, for its size.
  static func isCut(_ row: Row) throws(PostgresError) -> Bool {
    let kind: Int16 = try row.value(0)
    guard kind == Kind.rollup.rawValue else { return false }
    return (9...11).contains { row.isNull($0) }
  }

  /// What the tasks of a part did, as ``TaskCounts/encoded``; none where they were not read.
  static func tasks(_ row: Row) throws(PostgresError) -> [UInt8] {
    try row.value(11, as: [UInt8]?.self) ?? []
  }

  /// Whether a rollup has more tasks in a table of their own.
  static func spillsTasks(_ row: Row) throws(PostgresError) -> Bool {
    try row.value(12, as: Bool?.self) ?? false
  }

  /// The part in a row.
  static func part(_ row: Row) throws(PostgresError) -> Part {
    guard let kind = Kind(rawValue: try row.value(0)) else {
      throw PostgresError(.protocolViolation, "no such part of figures")
    }
    if kind == .rollup { return .rollup(StoredRollup(row: row)) }
    let id = ExecutionID(uuid: try row.value(3))
    switch kind {
    case .became:
      return .change(id, try ExecutionContribution(withoutTasks: row, from: 15), times: 1)
    case .was: return .change(id, try ExecutionContribution(withoutTasks: row, from: 15), times: -1)
    case .error: return .error(id, fingerprint: ExactText(try row.value(17)))
    case .tasks: return .tasks(id)
    case .executions, .rollup: return .executions(id, ExecutionGroup(row: row))
    }
  }

  // MARK: The statements

  /// Reads the parts, up to a limit and one more, the executions in groups; what takes more than so many
  /// bytes of a rollup is NULL.
  func select(limit: Int, bytes: Int) -> Statement {
    Statement(
      "\(name)_\(limit)_\(bytes)",
      sql(grouping: limit + 1) { Self.upTo(bytes, $0) } + "\nLIMIT \(limit + 1)", types)
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
    "figures" + (hasLabels ? "_labels" : "") + (isOfOneType ? "_type" : "")
  }

  private var types: [DataType] {
    [.text, .int4, .int4, .int4, .int4] + Array(repeating: .uuid, count: hasLabels ? 12 : 6)
      + (isOfOneType ? [.text] : [])
  }

  /// - Parameters:
  ///   - limit: how many of the executions at each end are put together in groups; nil where each is a
  ///     part of its own.
  ///   - value: how a column of a rollup is read.
  private func sql(grouping limit: Int? = nil, _ value: (String) -> String) -> String {
    let noCounts = "NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    func fingerprint(_ column: String) -> String { hasLabels ? column : "NULL::text" }
    func tasks(_ column: String) -> String { hasLabels ? column : "NULL::bytea" }
    let hasTasks = "day >= \(RollupTable.date("$5"))"
    let labels =
      hasLabels
      ? """
      \(value("errors")), CASE WHEN \(hasTasks) THEN \(value("tasks")) ELSE '' END,
        spills_tasks AND \(hasTasks)
      """ : "''::bytea, ''::bytea, false"
    let ends = executions(grouping: limit) + (hasLabels ? executionLabels() : [])
    return """
      SELECT \(Kind.rollup.rawValue)::smallint, workflow_type, \(RollupTable.number("day")),
        NULL::uuid, pending, running, completed, failed, paused,
        CASE WHEN day >= \(RollupTable.date("$4")) THEN \(value("durations")) ELSE '' END,
        \(labels), dropped_first, dropped_last, NULL::smallint, NULL::double precision, NULL::text,
        NULL::double precision[]
      FROM execution_rollups
      WHERE user_id = $1 AND day >= \(RollupTable.date("$2")) AND day < \(RollupTable.date("$3"))
        \(typeCondition("workflow_type"))
      UNION ALL
      SELECT state.kind, state.workflow_type, NULL, execution_id, \(noCounts),
        \(tasks("state.task_figures")), NULL, NULL, NULL, state.status, state.duration_seconds,
        \(fingerprint("state.error_fingerprint")), NULL
      FROM workflow_execution_changes AS change CROSS JOIN LATERAL (
        VALUES (\(Kind.became.rawValue)::smallint, change.workflow_type, change.status,
            change.duration_seconds, change.error_fingerprint, \(tasks("change.task_figures"))),
          (\(Kind.was.rawValue)::smallint, old_workflow_type, old_status, old_duration_seconds,
            old_error_fingerprint, \(tasks("old_task_figures")))
      ) AS state (kind, workflow_type, status, duration_seconds, error_fingerprint, task_figures)
      WHERE user_id = $1 AND transaction_id >= \(RollupFolder.watermark)
        AND execution_id >= $6 AND execution_id < $7 AND state.status IS NOT NULL
        \(typeCondition("state.workflow_type"))
      \(ends.joined(separator: "\n"))
      """
  }

  /// Selects the executions at the ends, in groups of at most so many or one by one.
  private func executions(grouping limit: Int?) -> [String] {
    Self.ends.map { range in
      let source = "FROM workflow_executions WHERE \(condition(range))"
      let nothing = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
      guard let limit else {
        return """
          UNION ALL
          SELECT \(Kind.executions.rawValue)::smallint, workflow_type, NULL, id, 1, \(nothing), status,
            NULL, NULL, CASE WHEN duration_seconds IS NOT NULL THEN ARRAY[duration_seconds] END
          \(source)
          """
      }
      return """
        UNION ALL
        SELECT \(Kind.executions.rawValue)::smallint, workflow_type, NULL, \(range.first), count(*),
          \(nothing), status, NULL, NULL,
          array_agg(duration_seconds) FILTER (WHERE duration_seconds IS NOT NULL)
        FROM (SELECT workflow_type, status, duration_seconds \(source) LIMIT \(limit)) AS execution
        GROUP BY workflow_type, status
        """
    }
  }

  /// Selects the errors and tasks at the ends.
  private func executionLabels() -> [String] {
    let noCounts = "NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    let errors = Self.errorEnds.map { range in
      """
      UNION ALL
      SELECT \(Kind.error.rawValue)::smallint, workflow_type, NULL, id, \(noCounts), NULL, NULL, NULL,
        NULL, NULL, NULL, error_fingerprint, NULL
      FROM workflow_executions
      WHERE \(condition(range)) AND error_fingerprint IS NOT NULL
      """
    }
    let tasks = Self.ends.map { range in
      """
      UNION ALL
      SELECT \(Kind.tasks.rawValue)::smallint, workflow_type, NULL, id, \(noCounts), task_figures, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL
      FROM workflow_executions
      WHERE \(condition(range)) AND task_figures IS NOT NULL
      """
    }
    return errors + tasks
  }

  private func typeCondition(_ column: String) -> String {
    isOfOneType ? "AND \(column) = $\(types.count)" : ""
  }

  private func condition(_ range: (first: String, end: String)) -> String {
    "user_id = $1 AND id >= \(range.first) AND id < \(range.end) \(typeCondition("workflow_type"))"
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
    get throws(PostgresError) { try [row.timestamp(13), row.timestamp(14)].compactMap { $0 } }
  }
}

/// A row of executions that have a status in common.
struct ExecutionGroup {
  fileprivate let row: Row

  /// How many there are.
  var count: Int64 { get throws(PostgresError) { try row.value(4) } }
  var status: WorkflowStatus { get throws(PostgresError) { try row.status(15) } }
  /// In seconds, of those that have one.
  var durations: [Double] {
    get throws(PostgresError) { try row.value(18, as: [Double]?.self) ?? [] }
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
