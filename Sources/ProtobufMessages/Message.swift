/// A message that can be made from its wire bytes.
public protocol DecodableMessage {
  /// The message that `bytes` say.
  ///
  /// The bytes are checked first: see ``MessageError`` for what a refusal tells. The arena holds
  /// what the decoding needs until its next reset; the message itself does not point into it.
  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self
}

/// A message that has wire bytes.
public protocol EncodableMessage {
  /// The message's wire bytes, after `prefix` bytes of 0 that are left for the caller to fill in:
  /// 5 of them are gRPC's length prefix.
  func encode(arena: Arena, prefix: Int) -> [UInt8]
}
