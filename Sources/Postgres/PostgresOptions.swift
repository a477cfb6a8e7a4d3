/// Which server to connect to, and how a session is set up.
public struct PostgresOptions: Sendable {
  /// A libpq connection string or URI (PostgreSQL documentation, 34.1.1), also of several hosts.
  public var conninfo: String
  /// What `pg_stat_activity` calls the session.
  public var applicationName: String
  /// How long one statement may take at the server; nil means for ever.
  public var statementTimeout: Duration?
  /// How long a statement may wait for a lock; nil means for ever.
  public var lockTimeout: Duration?
  /// How long one attempt to connect may take.
  public var connectTimeout: Duration
  /// Further settings of the session, such as `plan_cache_mode`.
  public var settings: [String: String]

  /// A session with the server that `conninfo` names.
  public init(
    conninfo: String, applicationName: String = "workflow-history",
    statementTimeout: Duration? = .seconds(5), lockTimeout: Duration? = nil,
    connectTimeout: Duration = .seconds(5), settings: [String: String] = [:]
  ) {
    self.conninfo = conninfo
    self.applicationName = applicationName
    self.statementTimeout = statementTimeout
    self.lockTimeout = lockTimeout
    self.connectTimeout = connectTimeout
    self.settings = settings
  }

  /// How long the server may be silent while an answer is due, before the connection counts as
  /// lost: it should have ended the statement itself by then.
  var silenceLimit: Duration? { statementTimeout.map { $0 + .seconds(5) } }

  /// The `options` keyword: what is set when the session starts.
  var startupOptions: String {
    var all = settings
    all["timezone"] = "UTC"
    all["statement_timeout"] = "\(statementTimeout?.milliseconds ?? 0)"
    all["lock_timeout"] = "\(lockTimeout?.milliseconds ?? 0)"
    return all.sorted { $0.key < $1.key }
      .map { "-c \($0.key)=\(escapedOption($0.value))" }.joined(separator: " ")
  }
}

/// White space and backslashes end a value in `options` unless a backslash stands before them.
private func escapedOption(_ value: String) -> String {
  value.reduce(into: "") { text, character in
    if character == " " || character == "\\" { text.append("\\") }
    text.append(character)
  }
}

extension Duration {
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
