internal import Postgres

/// One step of the schema. A step that was released is never changed: a new one comes after it.
struct Migration {
  /// A part of it: SQL, or code for what SQL can't do.
  enum Step: ExpressibleByStringLiteral {
    case sql(String)
    case code(@Sendable (Transaction) async throws -> Void)

    init(stringLiteral sql: String) { self = .sql(sql) }

    func run(in transaction: Transaction) async throws {
      switch self {
      case .sql(let sql): _ = try await transaction.query(Statement("", sql))
      case .code(let body): try await body(transaction)
      }
    }
  }

  /// 1 for the first, then one more each.
  var number: Int32
  /// What it does, in a word or two.
  var name: String
  /// What it consists of, in order.
  var steps: [Step]

  /// All of them, in order.
  static let all = [
    initial, changeLog, rollups, retention, createdIndex, sealing, tasks, windowIndexes, patterns,
    learnedTypes, retryDays, heartbeats,
  ]
}
