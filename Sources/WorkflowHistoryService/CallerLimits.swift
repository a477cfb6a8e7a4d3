/// What one caller may take of the server: calls and bytes a second, and calls at once. Without them a
/// caller that asks as fast as it can keeps all others waiting.
public struct CallerLimits: Equatable, Sendable {
  /// Calls a second, and as many at once after a second without any; nil is any number.
  public var callsPerSecond: Int?
  /// Bytes a second of requests and responses as they travel, likewise.
  public var bytesPerSecond: Int?
  /// How many calls may run; nil is any number.
  public var concurrentCalls: Int?

  /// Limits; none by default.
  public init(
    callsPerSecond: Int? = nil, bytesPerSecond: Int? = nil, concurrentCalls: Int? = nil
  ) {
    self.callsPerSecond = callsPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.concurrentCalls = concurrentCalls
  }
}
