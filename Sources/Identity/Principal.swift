/// What a token allows beyond reading one's own; any word may stand in a token, and those that
/// the service knows are named here.
public struct Scope: RawRepresentable, Hashable, Sendable {
  /// The scope as it stands in a token's `scope` claim.
  public let rawValue: String

  /// Names a scope.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// To save, update and delete executions.
  public static let historyWrite = Scope(rawValue: "history:write")
  /// To act for any user; for executors and operators.
  public static let historyAny = Scope(rawValue: "history:any")
  /// To read the server's own figures.
  public static let metricsRead = Scope(rawValue: "metrics:read")
  /// To import executions of any user.
  public static let historyImport = Scope(rawValue: "history:import")
}

/// Who a verified token says is calling.
public struct Principal: Equatable, Sendable {
  /// The user, 1 to 255 characters without NUL.
  public var userID: String
  /// What the token allows.
  public var scopes: Set<Scope>

  /// Names a caller.
  public init(userID: String, scopes: Set<Scope> = []) {
    self.userID = userID
    self.scopes = scopes
  }

  /// Whether the caller may save, update and delete.
  public var canWrite: Bool { scopes.contains(.historyWrite) }
  /// Whether the caller may name another user than itself.
  public var canActForAnyUser: Bool { scopes.contains(.historyAny) }
  /// Whether the caller may read the server's own figures.
  public var canReadMetrics: Bool { scopes.contains(.metricsRead) || canActForAnyUser }
  /// Whether the caller may import executions, whosever they are.
  public var canImport: Bool { scopes.contains(.historyImport) }
}
