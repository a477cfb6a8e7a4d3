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
  /// There is such a prepared statement already.
  static let duplicateStatement = SQLState("42P05")
  /// The table does not exist.
  public static let undefinedTable = SQLState("42P01")
  /// The column does not exist.
  static let undefinedColumn = SQLState("42703")
  /// The relation exists.
  public static let duplicateTable = SQLState("42P07")
  /// The transaction was rolled back because of others that ran beside it.
  public static let serializationFailure = SQLState("40001")
  /// The server takes no writes: it is a standby, or told to be read-only.
  public static let readOnlyTransaction = SQLState("25006")
  /// No room on the disk.
  public static let diskFull = SQLState("53100")
  /// No memory.
  public static let outOfMemory = SQLState("53200")
  /// A limit of the server's configuration was reached.
  public static let configurationLimitExceeded = SQLState("53400")
  /// The server is starting, stopping or recovering.
  public static let cannotConnectNow = SQLState("57P03")
  /// Too many connections.
  public static let tooManyConnections = SQLState("53300")

  /// The first two characters: the class of the error.
  public var errorClass: Substring { code.prefix(2) }

  /// Whether the server is away, going away or takes no writes, so that a later try may do.
  public var isUnavailability: Bool {
    switch errorClass {
    case "08", "58": true
    case "53": !isExhaustion
    case "57": self != .queryCanceled
    default: self == .readOnlyTransaction
    }
  }

  /// Whether the server has run out of something that does not come back by itself soon.
  public var isExhaustion: Bool {
    [.diskFull, .outOfMemory, .configurationLimitExceeded].contains(self)
  }

  /// Whether the statement's transaction was rolled back for the sake of others, so that it may be
  /// run again from its start, whatever it does.
  public var isConflict: Bool { [.serializationFailure, .deadlockDetected].contains(self) }

  /// Whether the statement names a table or a column that the server does not have, such as a
  /// replica that has not heard of a migration yet.
  public var isMissingSchema: Bool { [.undefinedTable, .undefinedColumn].contains(self) }

  /// Whether a value itself was refused: bad text, out of range, not JSON.
  public var isDataException: Bool { errorClass == "22" || self == SQLState("54000") }

  /// The five characters.
  public var description: String { code }
}

extension SQLState {
  /// The code in libpq's verbose message of a refused connection, such as
  /// `connection to server at "::1", port 5432 failed: FATAL:  53300: sorry, too many clients`.
  init?(inConnectFailure message: String) {
    for line in message.split(separator: "\n") {
      // The word before it is in the server's language; the two spaces and the colon are not.
      guard let start = line.firstRange(of: ":  ")?.upperBound else { continue }
      let code = line[start...].prefix(5)
      guard code.count == 5, code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }),
        line[code.endIndex...].hasPrefix(": ")
      else { continue }
      self.init(String(code))
      return
    }
    return nil
  }
}
