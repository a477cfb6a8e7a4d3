public import Postgres
public import Reactor
internal import WorkflowHistory

/// The table `workflow_executions` of the Python service that this one replaces, whatever its columns'
/// types: it is read, by its key, and nothing else.
public final class LegacyTable {
  private let connection: PostgresConnection
  private let columns: LegacyColumns
  private var last: String?

  /// How many rows are read at once.
  private static let pageSize = 100

  /// Opens it.
  ///
  /// - Throws: `PostgresError`; ``LegacyError`` where there is no such table.
  public static func open(
    _ database: PostgresOptions, on eventLoop: EventLoop
  ) async throws -> LegacyTable {
    var options = database
    options.statementTimeout = .seconds(60)
    options.settings["default_transaction_read_only"] = "on"
    let connection = try await PostgresConnection.connect(
      to: options, pipelining: .separate, on: eventLoop)
    do {
      let found = try await connection.query(LegacyColumns.statement)
      return LegacyTable(try LegacyColumns(found), connection)
    } catch {
      connection.close()
      throw error
    }
  }

  private init(_ columns: LegacyColumns, _ connection: PostgresConnection) {
    self.columns = columns
    self.connection = connection
  }

  /// About how many rows it has, as its planner knows; 0 where it does not.
  public func approximateCount() async throws -> Int64 {
    let rows = try await connection.query(Self.count)
    return max(0, try rows.first?.value(0, as: Int64.self) ?? 0)
  }

  private static let count = Statement(
    "", "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('workflow_executions')")

  /// The next rows, by their key; none at the end.
  public func next() async throws -> [LegacyExecution] {
    let rows = try await connection.query(
      columns.page(after: last != nil, limit: Self.pageSize), last.map { [.text($0)] } ?? [])
    let page = try (0..<rows.count).map { try LegacyExecution(rows[$0]) }
    last = page.last?.id ?? last
    return page
  }

  /// Closes its connection.
  public func close() { connection.close() }
}

/// Why a table is not what is looked for.
public struct LegacyError: Error, CustomStringConvertible {
  /// What is missing.
  public let description: String
}

/// Which of the columns that are looked for a legacy table has, and of which types.
struct LegacyColumns {
  private let types: [String: String]
  private let key: String

  static let statement = Statement(
    "",
    """
    SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = to_regclass('workflow_executions') AND attnum > 0 AND NOT attisdropped
    """)

  init(_ rows: QueryResult) throws {
    var types: [String: String] = [:]
    for index in 0..<rows.count { types[try rows[index].value(0)] = try rows[index].value(1) }
    guard !types.isEmpty else {
      throw LegacyError(description: "the database has no table workflow_executions")
    }
    guard types["save_digest"] == nil else {
      throw LegacyError(
        description: "workflow_executions is of this service: use export and import")
    }
    guard let key = ["id", "execution_id"].first(where: { types[$0] != nil }) else {
      throw LegacyError(description: "workflow_executions has no column id")
    }
    guard types["created_at"] != nil else {
      throw LegacyError(description: "workflow_executions has no column created_at")
    }
    self.types = types
    self.key = key
  }

  /// A page of rows, in the order of ``LegacyExecution``'s columns.
  func page(after isLater: Bool, limit: Int) -> Statement {
    let later = isLater ? "WHERE \(key) > CAST($1 AS \(types[key] ?? "text"))" : ""
    let texts = ["workflow_id", "workflow_type", "user_id", "status", "error_message"]
    let times = ["start_time", "end_time", "created_at", "updated_at"]
    let columns =
      ["\(key)::text"] + texts.map { column($0, as: "text") } + times.map(instant)
      + [column("duration_seconds", as: "float8")]
      + ExecutionColumns.documents.map { column($0, as: "text") }
    return Statement(
      "",
      """
      SELECT \(columns.joined(separator: ", ")) FROM workflow_executions \(later)
      ORDER BY \(key) LIMIT \(limit)
      """, isLater ? [.text] : [])
  }

  /// A column, or NULL where there is none. The session's time zone is UTC, in which times without one
  /// are.
  private func column(_ name: String, as type: String) -> String {
    types[name] == nil ? "NULL::\(type)" : "\(name)::\(type)"
  }

  /// An instant; NULL where it is infinite, which no other time is taken for.
  private func instant(_ name: String) -> String {
    let value = column(name, as: "timestamptz")
    return "CASE WHEN isfinite(\(value)) THEN \(value) END"
  }
}
