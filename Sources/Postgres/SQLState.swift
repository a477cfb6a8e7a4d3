/// A five-character code of the kind of a server's error (PostgreSQL documentation, appendix A).
public struct SQLState: Hashable, Sendable, CustomStringConvertible {
  /// The five characters.
  public let code: String

  /// The state with this code.
  public init(_ code: String) { self.code = code }

  /// A row breaks a CHECK constraint, or no partition takes it.
  public static let checkViolation = SQLState("23514")
  /// A row's key is taken.
  public static let uniqueViolation = SQLState("23505")
  /// The statement was cancelled, most often by `statement_timeout`.
  public static let queryCanceled = SQLState("57014")
  /// A lock was not had within `lock_timeout`.
  public static let lockNotAvailable = SQLState("55P03")
  /// Two transactions waited for each other, and this one was ended.
  public static let deadlockDetected = SQLState("40P01")
  /// No such prepared statement.
  static let invalidStatementName = SQLState("26000")
  /// The table does not exist.
  public static let undefinedTable = SQLState("42P01")
  /// The relation exists.
  public static let duplicateTable = SQLState("42P07")
  /// The server is starting, stopping or recovering.
  public static let cannotConnectNow = SQLState("57P03")
  /// Too many connections.
  public static let tooManyConnections = SQLState("53300")

  /// The first two characters: the class of the error.
  public var errorClass: Substring { code.prefix(2) }

  /// Whether the server is away, going away or out of room for us, so that a later try may do.
  public var isUnavailability: Bool {
    switch errorClass {
    case "08", "53", "58": true
    case "57": self != .queryCanceled
    // A server that turned into a standby.
    case "25": code == "25006"
    default: false
    }
  }

  /// Whether a value itself was refused: bad text, out of range, not JSON.
  public var isDataException: Bool { errorClass == "22" || self == SQLState("54000") }

  /// The five characters.
  public var description: String { code }
}
