internal import Postgres

extension PostgresOptions {
  /// How long a transaction of ours may do nothing: far longer than it ever should, and not so long
  /// that a server which stands still amid one keeps its locks, or its snapshot, from the others.
  static let idleTransactionLimit = Duration.seconds(10)

  /// How to connect for what is derived from the change log bite by bite, by one server at a time.
  static func deriving(_ database: PostgresOptions) -> PostgresOptions {
    var options = database
    options.statementTimeout = .seconds(30)
    options.lockTimeout = .seconds(5)
    options.idleTransactionTimeout = idleTransactionLimit
    options.target = .readWrite
    // What is read under the lock is what its last holder left.
    options.settings["default_transaction_isolation"] = "read committed"
    // The tables grow from nothing: a plan made then is no good later.
    options.settings["enable_seqscan"] = "off"
    options.settings["plan_cache_mode"] = "force_generic_plan"
    return options
  }

  /// How to connect for work that goes through whole tables, in transactions that hold nobody up.
  static func maintaining(_ database: PostgresOptions) -> PostgresOptions {
    var options = database
    options.statementTimeout = nil
    options.lockTimeout = nil
    options.idleTransactionTimeout = idleTransactionLimit
    options.target = .readWrite
    // What is read under a lock is what its last holder left.
    options.settings["default_transaction_isolation"] = "read committed"
    // A batch's rows are found one by one, whatever the table's statistics say of it.
    for plan in ["enable_hashjoin", "enable_mergejoin"] { options.settings[plan] = "off" }
    return options
  }
}

/// How many rows a batch may have, so that its transaction stays short whatever a row weighs.
struct BatchSize {
  private(set) var rows: Int64
  private let most: Int64

  /// The size of the first batch, and of the largest.
  init(rows: Int64 = 200, most: Int64 = 5000) {
    self.rows = min(rows, most)
    self.most = most
  }

  /// Goes on with more or fewer rows, after a batch that took so long.
  ///
  /// - Parameter isFull: whether it had as many rows as it may: what one of fewer took says nothing of
  ///   larger ones.
  mutating func adapt(to took: Duration, isFull: Bool = true) {
    if took > .milliseconds(400) {
      rows = max(rows / 2, 1)
    } else if isFull, took < .milliseconds(100) {
      rows = min(rows * 2, most)
    }
  }
}
