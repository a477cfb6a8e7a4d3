public import ProtobufMessages

/// A message that is nothing but its bytes. One that begins with 0xFF can't be decoded.
public struct Blob: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]

  /// A message of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A message of so many bytes, no two pages of which are alike.
  public init(count: Int) { bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 11) & 0x7f } }

  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Blob {
    guard bytes.first != 0xff else { throw MessageError(field: "blob", description: "is 0xFF") }
    return Blob(bytes)
  }

  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: prefix) + bytes
  }
}
