public import ProtobufMessages

/// A message that is nothing but its bytes. One that begins with 0xFF can't be decoded.
public struct Blob: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]

  /// A message of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A message of so many bytes, in which no two kibibytes are alike.
  public init(count: Int) {
    bytes = [UInt8](repeating: 0, count: count)
    for at in stride(from: 0, to: count, by: 512) {
      bytes[at] = UInt8(at >> 9 & 0x7f)
      if at + 1 < count { bytes[at + 1] = UInt8(at >> 16 & 0x7f) }
    }
  }

  /// Takes any bytes whose first is not 0xFF.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Blob {
    guard bytes.first != 0xff else { throw MessageError(field: "blob", description: "is 0xFF") }
    return Blob(bytes)
  }

  /// The bytes as they are.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: prefix) + bytes
  }
}
