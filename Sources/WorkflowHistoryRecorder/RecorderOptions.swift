public import RPCClient

/// How a recorder behaves.
public struct RecorderOptions: Sendable {
  /// What becomes of a run that can't be recorded.
  public enum Fullness: Sendable {
    /// It goes on, and is logged and counted.
    case runUnrecorded
    /// It does not begin: ``SpoolFull`` is thrown.
    case fail
  }

  /// Whose the runs are, where they don't say; empty: the caller's.
  public var userID: String
  /// How many bytes may wait on disk for the server. Once three quarters are used, runs are recorded
  /// without documents; when all is, no further runs are, only the ends of those that were begun.
  public var maxBytes: Int
  /// Whether a run goes on only when its beginning would survive a crash of the whole machine. A kill of
  /// the process it survives in any case.
  public var isDurable: Bool
  /// What becomes of a run for which there is no room.
  public var whenFull: Fullness
  /// Every how long the server is told that a run goes on. Its execution is abandoned once three of them
  /// pass without: its process was killed, or can't reach the server. Nil: no heartbeats.
  public var heartbeatInterval: Duration?
  /// The wait before the server is tried again.
  public var backoff: Backoff

  /// - Parameters:
  ///   - userID: whose the runs are, where they don't say; empty: the caller's.
  ///   - maxBytes: how many bytes may wait on disk for the server.
  ///   - isDurable: whether a run goes on only when its beginning would survive a crash of the machine.
  ///   - whenFull: what becomes of a run for which there is no room.
  ///   - heartbeatInterval: every how long the server is told that a run goes on; nil: never.
  ///   - backoff: the wait before the server is tried again.
  public init(
    userID: String = "", maxBytes: Int = 256 << 20, isDurable: Bool = true,
    whenFull: Fullness = .runUnrecorded, heartbeatInterval: Duration? = .seconds(20),
    backoff: Backoff = Backoff()
  ) {
    self.userID = userID
    self.maxBytes = maxBytes
    self.isDurable = isDurable
    self.whenFull = whenFull
    self.heartbeatInterval = heartbeatInterval
    self.backoff = backoff
  }
}

/// There is no room for another run in the spool, or its disk is full.
public struct SpoolFull: Error, Equatable, Sendable, CustomStringConvertible {
  /// How many bytes are used, or kept for the ends of runs that go on.
  public let usedBytes: Int
  /// How many may be.
  public let maxBytes: Int

  /// One line for a person.
  public var description: String {
    "the spool lacks room for another run: \(usedBytes) of \(maxBytes) bytes are used, or the disk is full"
  }
}
