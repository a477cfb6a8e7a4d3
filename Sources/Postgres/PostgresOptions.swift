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
  /// How long a transaction may do nothing before the server ends its session; nil, the default,
  /// means for ever. What it ends so is a process that stands still, but whose sockets still stand.
  public var idleTransactionTimeout: Duration?
  /// How long one attempt to connect to one address may take, and the look-up of a host's name.
  public var connectTimeout: Duration
  /// Further settings of the session, such as `plan_cache_mode`.
  public var settings: [String: String]
  /// Which of the hosts will do, where the connection string does not say (`target_session_attrs`).
  public var target = Target.any
  /// Whether each connection tries the hosts in an order of its own, so that many are spread over
  /// them; else as they stand in the connection string.
  public var shufflesHosts = false

  /// Whether sessions are the server's own, so that what is prepared and set in one stays. Not so
  /// behind PgBouncer in transaction mode, where each transaction may go to another: statements
  /// travel with their text then, and settings with each transaction.
  public var keepsSessions = true

  /// What a server must be for a session with it.
  public struct Target: Sendable {
    let rawValue: String?
    /// Any server will do.
    public static let any = Target(rawValue: nil)
    /// One that takes writes: no standby.
    public static let readWrite = Target(rawValue: "read-write")
  }

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

  private var allSettings: [(key: String, value: String)] {
    var all = settings
    all["timezone"] = "UTC"
    all["statement_timeout"] = "\(statementTimeout?.milliseconds ?? 0)"
    all["lock_timeout"] = "\(lockTimeout?.milliseconds ?? 0)"
    if let idleTransactionTimeout {
      all["idle_in_transaction_session_timeout"] = "\(idleTransactionTimeout.milliseconds)"
    }
    return all.sorted { $0.key < $1.key }
  }

  /// The `options` keyword: what is set when the session starts.
  var startupOptions: String {
    allSettings.map { "-c \($0.key)=\(escapedOption($0.value))" }.joined(separator: " ")
  }

  /// What a transaction begins with where sessions don't keep what is set in them; nil where they
  /// do.
  var transactionSettings: TransactionSettings? {
    keepsSessions ? nil : TransactionSettings(allSettings)
  }
}

/// Settings that hold for one transaction.
struct TransactionSettings {
  /// For an implicit transaction, in which SET LOCAL would draw a warning.
  let implicit: Statement
  /// For an explicit one, in which a query would come too early: SET TRANSACTION must be before any.
  let explicit: [Statement]

  init(_ settings: [(key: String, value: String)]) {
    let calls = settings.map { "set_config(\(literal($0.key)), \(literal($0.value)), true)" }
    implicit = Statement("", "SELECT \(calls.joined(separator: ", "))")
    explicit = settings.map { Statement("", "SET LOCAL \($0.key) = \(literal($0.value))") }
  }
}

/// A string constant of SQL, whatever is in it.
private func literal(_ text: String) -> String {
  let doubled = text.reduce(into: "") { text, character in
    if character == "'" || character == "\\" { text.append(character) }
    text.append(character)
  }
  return "E'\(doubled)'"
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
