/// Why a statement or a connection failed.
///
/// Its description may stand in a log: it holds no parameter, no row and no statement.
/// ``debugDescription`` may hold them.
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible
{
  /// What kind of failure it is.
  public struct Kind: Hashable, Sendable {
    let name: String
    /// The connection broke, or could not be made.
    public static let connection = Kind(name: "connection")
    /// The server refused the statement; ``PostgresError/sqlState`` says why.
    public static let server = Kind(name: "server")
    /// Something came that was not expected: a fault of ours or of the server's.
    public static let protocolViolation = Kind(name: "protocol violation")
    /// No answer came in time, and the connection was given up.
    public static let timeout = Kind(name: "timeout")
    /// The task that asked was cancelled. A statement that was sent may still run, and be
    /// committed.
    public static let cancelled = Kind(name: "cancelled")
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// The server's code, where the server answered.
  public var sqlState: SQLState?
  /// The constraint that was broken, where the server names one.
  public var constraint: String?
  /// Whether the statement, or a part of it, was handed to the connection. When not, it is safe to
  /// try it again; when it was, only if it may run twice.
  public var wasSent: Bool
  /// What may be shown.
  let summary: String
  /// What may not.
  let detail: String

  /// A failure in words that hold no data.
  public init(
    _ kind: Kind, _ summary: String, sqlState: SQLState? = nil, constraint: String? = nil,
    wasSent: Bool = false, detail: String = ""
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.constraint = constraint
    self.wasSent = wasSent
    self.summary = summary
    self.detail = detail
  }

  static let cancelled = PostgresError(.cancelled, "the task was cancelled")

  /// The kind, the code and a summary, without any data.
  public var description: String {
    let state = sqlState.map { " \($0)" } ?? ""
    return "Postgres \(kind.name)\(state): \(summary)"
  }

  /// The description, and what the server said in full.
  public var debugDescription: String { detail.isEmpty ? description : "\(description)\n\(detail)" }
}
