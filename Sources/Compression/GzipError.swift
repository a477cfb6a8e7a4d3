/// Why bytes were not decompressed.
public struct GzipError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The reason in words, with nothing of the bytes in it.
  public let description: String

  /// The bytes are not gzip, or their checksum or length is not that of what they hold.
  public static let malformed = GzipError(description: "the bytes are not valid gzip")
  /// The bytes end before the end that gzip marks.
  public static let truncated = GzipError(description: "the bytes end in the midst of gzip")
  /// What the bytes hold is larger than the limit.
  public static let tooLarge = GzipError(description: "the decompressed bytes are over the limit")
}
