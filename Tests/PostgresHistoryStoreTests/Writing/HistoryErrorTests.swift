import Postgres
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("What a caller is told of the database's errors") struct HistoryErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var error: PostgresError
    var code: HistoryError.Code
    var retryAfter: Duration?

    init(
      _ name: String, _ state: String? = nil, kind: PostgresError.Kind = .server,
      constraint: String? = nil, _ code: HistoryError.Code, retryAfter: Duration? = nil
    ) {
      self.name = name
      error = PostgresError(
        kind, "secret", sqlState: state.map { SQLState($0) }, constraint: constraint,
        wasSent: true, detail: "secret")
      self.code = code
      self.retryAfter = retryAfter
    }

    var testDescription: String { name }
  }

  static let cases = [
    Case("no connection", kind: .connection, .unavailable, retryAfter: .seconds(1)),
    Case("no answer", kind: .timeout, .unavailable, retryAfter: .seconds(1)),
    Case(
      "ended by an operator", "57P01", kind: .connection, .unavailable, retryAfter: .seconds(1)),
    Case("another backend crashed", "57P02", .unavailable, retryAfter: .seconds(1)),
    Case(
      "starting or stopping", "57P03", kind: .connection, .unavailable, retryAfter: .seconds(1)),
    Case(
      "too many connections", "53300", kind: .connection, .unavailable, retryAfter: .seconds(1)),
    Case("a lost connection, as a proxy tells it", "08006", .unavailable, retryAfter: .seconds(1)),
    Case("a standby", "25006", .unavailable, retryAfter: .seconds(1)),
    Case("an I/O error", "58030", .unavailable, retryAfter: .seconds(1)),
    Case("statement timeout", "57014", .deadlineExceeded),
    Case("lock timeout", "55P03", .aborted, retryAfter: .seconds(1)),
    Case("deadlock", "40P01", .aborted, retryAfter: .seconds(1)),
    Case("serialization failure", "40001", .aborted, retryAfter: .seconds(1)),
    Case("disk full", "53100", .resourceExhausted, retryAfter: .seconds(30)),
    Case("out of memory", "53200", .resourceExhausted, retryAfter: .seconds(30)),
    Case("a limit of the configuration", "53400", .resourceExhausted, retryAfter: .seconds(30)),
    Case(
      "an execution that is too large", "23514",
      constraint: "workflow_executions_rendered_size", .invalidArgument),
    Case(
      "an end before the start", "23514", constraint: "workflow_executions_times",
      .invalidArgument),
    Case("a value out of range", "22003", .invalidArgument),
    Case("a table that is missing", "42P01", .internal),
    Case("a missing right", "42501", .internal),
    Case("corrupted data", "XX001", .internal),
    Case("an answer that makes no sense", kind: .protocolViolation, .internal),
  ]

  @Test("is a code and a wait to act on, and nothing of the inside", arguments: cases)
  func mapping(_ one: Case) {
    let answer = HistoryError(one.error)
    #expect(answer.code == one.code)
    #expect(answer.retryAfter == one.retryAfter)
    #expect(!answer.message.contains("secret"))
  }
}
