/// One header field.
public struct HTTP1Field: Hashable, Sendable {
  /// The name, in lower case.
  public var name: String
  /// The value, without white space around it. Bytes outside of UTF-8 were replaced.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
