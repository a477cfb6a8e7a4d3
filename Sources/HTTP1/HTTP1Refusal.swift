/// Why a request is not taken. It is answered with the status, and the connection is closed: where the
/// next request would begin is no longer known.
public struct HTTP1Refusal: Error, Hashable, Sendable {
  /// The status of the answer: 400, 413, 414, 417, 431, 501, 503 or 505.
  public let status: Int
  /// What is wrong, in words for the caller, without any of what was sent.
  public let reason: String
  /// The path and query that were asked for, as far as they came. Nil where what came has none.
  public internal(set) var path: String?

  init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// There is no room for another request.
  public static let overloaded = HTTP1Refusal(503, "there is no room for another request now")

  static func malformed(_ reason: String) -> HTTP1Refusal { HTTP1Refusal(400, reason) }
}
