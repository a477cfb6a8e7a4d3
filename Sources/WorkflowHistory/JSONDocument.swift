/// One JSON value (RFC 8259) that Postgres' jsonb can keep.
public struct JSONDocument: Hashable, Sendable {
  /// The JSON text.
  public let utf8: [UInt8]

  /// The document with this text, unchecked: for text that comes from the database.
  public init(uncheckedUTF8 utf8: [UInt8]) { self.utf8 = utf8 }
}
