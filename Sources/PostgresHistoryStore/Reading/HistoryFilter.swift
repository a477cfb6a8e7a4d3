internal import Postgres
internal import WorkflowHistory

/// Which executions a statement is about, as SQL: only the conditions that are asked for, so that
/// each combination has a plan of its own, over the index that serves it.
struct HistoryFilter {
  /// Which conditions there are, as a part of a statement's name.
  private(set) var shape = ""
  private(set) var conditions: [String] = []
  private(set) var parameters: [Parameter] = []
  private(set) var types: [DataType] = []
  /// The parameter with the statuses, where there are several to choose from.
  private var severalStatuses: String?
  private var isAbandonedOnly = false
  /// What stands behind an id in the conditions.
  private var bounds: [String] = []

  /// The executions of a user, or of all where none is given, from `first` on and before `end`, where
  /// these are given.
  init(userID: String?, from first: ExecutionID? = nil, before end: ExecutionID? = nil) {
    if let userID { add("u", "user_id =", .text(userID), .text) }
    if let first { addBound("a", ">=", first) }
    if let end { addBound("b", "<", end) }
  }

  /// The executions that meet a query's filters, those before `end` where it is given.
  init(_ query: HistoryQuery, before end: ExecutionID? = nil) {
    let bounds = [query.createdBefore.map { ExecutionID.first(atOrAfter: $0) }, end].compactMap {
      $0
    }
    self.init(
      userID: query.userID, from: query.createdAfter.map { ExecutionID.first(atOrAfter: $0) },
      before: bounds.min())
    add(workflowID: query.workflowID)
    add(workflowType: query.workflowType)
    add(query.statuses)
    if query.isAbandonedOnly {
      shape += "h"
      isAbandonedOnly = true
    }
  }

  /// The executions of a window, those before `end` where it is given.
  init(_ query: WindowQuery, before end: ExecutionID? = nil) {
    self.init(
      userID: query.userID, from: ExecutionID.first(atOrAfter: query.start),
      before: end ?? ExecutionID.first(atOrAfter: query.end))
    add(workflowType: query.workflowType)
  }

  /// The executions of an export, those from `first` on.
  init(_ query: ExportQuery, from first: ExecutionID) {
    let query = query.filter
    let from = query.createdAfter.map { ExecutionID.first(atOrAfter: $0) }
    self.init(
      userID: query.userID, from: max(first, from ?? first),
      before: query.createdBefore.map { ExecutionID.first(atOrAfter: $0) })
    add(workflowID: query.workflowID)
    add(workflowType: query.workflowType)
    add(query.statuses)
  }

  private mutating func add(workflowID: String?) {
    if let workflowID { add("w", "workflow_id =", .text(workflowID), .text) }
  }

  private mutating func add(_ statuses: Set<WorkflowStatus>) {
    let statuses = statuses.map(\.rawValue).sorted()
    switch statuses.count {
    case 0, WorkflowStatus.allCases.count: break
    // By equality the index has them in the order of the page.
    case 1: add("s", "status =", .int2(statuses[0]), .int2)
    default:
      shape += "S"
      severalStatuses = append(.int2Array(statuses), .int2Array)
    }
  }

  private mutating func add(workflowType: String?) {
    if let workflowType { add("t", "workflow_type =", .text(workflowType), .text) }
  }

  private mutating func addBound(_ mark: String, _ comparison: String, _ id: ExecutionID) {
    add(mark, "id \(comparison)", id.parameter, .uuid)
    bounds.append("\(comparison) $\(parameters.count)")
  }

  private mutating func add(
    _ mark: String, _ comparison: String, _ parameter: Parameter, _ type: DataType
  ) {
    shape += mark
    conditions.append("\(comparison) \(append(parameter, type))")
  }

  /// Adds a parameter for the rest of the statement and returns its name, such as `$3`.
  mutating func append(_ parameter: Parameter, _ type: DataType) -> String {
    parameters.append(parameter)
    types.append(type)
    return "$\(parameters.count)"
  }

  /// What stands after WHERE.
  var condition: String {
    (conditions + (severalStatuses.map { ["status = ANY (\($0))"] } ?? []))
      .joined(separator: " AND ")
  }

  /// A query for the newest executions, in this order.
  ///
  /// Those of several statuses are found status by status, each in the index's order, and merged: by
  /// any other way all of a user's might have to be passed over, or sorted.
  func newest(_ columns: [String], limit: String) -> String {
    let columns = columns.joined(separator: ", ")
    if isAbandonedOnly { return newestAbandoned(columns, limit: limit) }
    let end = "ORDER BY id DESC LIMIT \(limit)"
    guard let severalStatuses else {
      return "SELECT \(columns) FROM workflow_executions WHERE \(condition) \(end)"
    }
    let each = (conditions + ["status = wanted.status"]).joined(separator: " AND ")
    return """
      SELECT of_status.* FROM unnest(\(severalStatuses)) AS wanted (status) CROSS JOIN LATERAL (
        SELECT \(columns) FROM workflow_executions WHERE \(each) \(end)
      ) AS of_status \(end)
      """
  }

  /// A query for the oldest executions, in this order.
  func oldest(_ columns: [String], limit: String) -> String {
    "SELECT \(columns.joined(separator: ", ")) FROM workflow_executions WHERE \(condition)"
      + " ORDER BY id LIMIT \(limit)"
  }

  /// The newest of those that are abandoned: each is looked up by its late heartbeat, of which there are
  /// few, whatever else the user has. LIMIT 1 has it looked up in no other way.
  private func newestAbandoned(_ columns: String, limit: String) -> String {
    let isLate =
      ["user_id = $1", Heartbeats.isLate("heartbeats")] + bounds.map { "execution_id \($0)" }
    return """
      SELECT of_heartbeat.* FROM (
        SELECT execution_id FROM heartbeats WHERE \(isLate.joined(separator: " AND "))
        ORDER BY execution_id DESC
      ) AS late CROSS JOIN LATERAL (
        SELECT \(columns) FROM workflow_executions
        WHERE id = late.execution_id AND \(Heartbeats.isRunning) AND \(condition) LIMIT 1
      ) AS of_heartbeat ORDER BY late.execution_id DESC LIMIT \(limit)
      """
  }

  /// A statement with these conditions; the texts of one kind differ by the conditions alone.
  func statement(_ kind: String, _ sql: String) -> Statement {
    Statement("\(kind)_\(shape)", sql, types)
  }
}
