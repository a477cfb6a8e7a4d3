/// How long a connection may live, and how long it may be silent or take nothing.
public struct ConnectionLimits: Sendable {
  /// How long a new connection may take until TLS is established and the client's first SETTINGS
  /// have come.
  public var handshakeTimeout = Duration.seconds(10)
  /// After how much silence the server asks for a sign of life (a PING).
  public var keepaliveTime = Duration.seconds(7_200)
  /// How long the client may take for that.
  public var keepaliveTimeout = Duration.seconds(20)
  /// How often a client may ping while it has calls; without any, it may every two hours. DATA or
  /// HEADERS sent to it begin the count anew (gRFC A8).
  public var minPingInterval = Duration.seconds(300)
  /// How many pings may come too early; one more ends the connection as `too_many_pings`.
  public var maxPingStrikes = 2
  /// How long a connection without a call is kept. Nil: for ever.
  public var maxIdle: Duration?
  /// The same for HTTP/1.1, which has no sign of life to ask for, where that is shorter.
  public var maxHTTP1Idle = Duration.seconds(300)
  /// How old a connection gets, give or take a tenth, before the client is asked to open another.
  /// Nil: any age.
  public var maxAge: Duration?
  /// How long the calls of a connection that is too old may run on.
  public var ageGrace = Duration.seconds(600)
  /// How long a client may take none of what waits for it.
  public var stallTimeout = Duration.seconds(60)
  /// How long the client may take to close its side of a connection that has ended, once it has
  /// taken all.
  public var closeTimeout = Duration.seconds(1)

  /// The defaults, which are gRPC's where it has any.
  public init() {}
}
