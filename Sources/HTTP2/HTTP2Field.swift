/// One header or trailer field. Names are lowercase (RFC 9113, section 8.2).
public struct HTTP2Field: Hashable, Sendable {
  /// The name, lowercase; of a pseudo-header field with its colon.
  public var name: String
  /// The value. Bytes outside of UTF-8 were replaced.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
