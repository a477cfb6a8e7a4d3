/// Why a text is not a JSON value, or none that is taken.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the text, in bytes from its beginning.
  public var offset: Int
  /// What is wrong there, without any of the text.
  public var reason: String

  /// The error that stands at a byte offset.
  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  /// The reason and the byte offset.
  public var description: String { "\(reason), at byte \(offset)" }
}
