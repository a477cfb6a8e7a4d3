public import RPCClient

/// The token that each call carries: a JSON Web Token.
public enum AccessToken: Sendable {
  /// Always this one.
  case constant(String)
  /// The one that this returns, which is asked when a token is first needed, and again when the server
  /// has refused the last (UNAUTHENTICATED): once, however many calls that were.
  case provided(@concurrent @Sendable () async throws -> String)
  /// None: the connection says who calls.
  case none
}

/// How a client behaves.
public struct ClientOptions: Sendable {
  /// How long a call may take, all of its attempts together; nil: for ever. A stream of saves gives up
  /// when it was broken off for so long.
  public var timeout: Duration?
  /// The wait before calls that failed are tried again, where that is safe; nil: they never are.
  public var retries: Backoff?
  /// The wait before the connection is tried again.
  public var reconnection: Backoff
  /// Whether reads must see every write that was answered before, by whomever, also where the server
  /// reads from replicas.
  public var readsAreStrong: Bool

  /// - Parameters:
  ///   - timeout: how long a call may take, all of its attempts together; nil: for ever.
  ///   - retries: the wait before calls that failed are tried again; nil: they never are.
  ///   - reconnection: the wait before the connection is tried again.
  ///   - readsAreStrong: whether reads must see every write that was answered before.
  public init(
    timeout: Duration? = .seconds(30), retries: Backoff? = Backoff(),
    reconnection: Backoff = Backoff(), readsAreStrong: Bool = false
  ) {
    self.timeout = timeout
    self.retries = retries
    self.reconnection = reconnection
    self.readsAreStrong = readsAreStrong
  }
}
