internal import Postgres

extension PostgresOptions {
  /// How to connect for work that goes through whole tables, in transactions that hold nobody up.
  static func maintaining(_ database: PostgresOptions) -> PostgresOptions {
    var options = database
    options.statementTimeout = nil
    options.lockTimeout = nil
    options.target = .readWrite
    // A batch's rows are found one by one, whatever the table's statistics say of it.
    for plan in ["enable_hashjoin", "enable_mergejoin"] { options.settings[plan] = "off" }
    return options
  }
}

/// How many rows a batch may have, so that its transaction stays short whatever a row weighs.
struct BatchSize {
  private(set) var rows: Int64 = 200

  /// Goes on with more or fewer rows, after a batch that took so long.
  mutating func adapt(to took: Duration) {
    if took > .milliseconds(400) {
      rows = max(rows / 2, 1)
    } else if took < .milliseconds(100) {
      rows = min(rows * 2, 5000)
    }
  }
}
