import CProtobufC

/// One of protobuf-c's generated message types: `C` is its struct.
///
/// Sendable, since the descriptor is constant data of the generated code.
package struct MessageType<C>: @unchecked Sendable {
  private let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  /// The type whose generated `..._init` function this is: it tells the descriptor's address.
  package init(_ initialise: (UnsafeMutablePointer<C>) -> Void) {
    let message = UnsafeMutablePointer<C>.allocate(capacity: 1)
    defer { message.deallocate() }
    initialise(message)
    descriptor = UnsafeRawPointer(message).load(as: ProtobufCMessage.self).descriptor
  }

  /// What the type's proto declares.
  package func declaration() -> MessageDescriptor { .declaration(of: descriptor) }

  /// The message that `bytes` say, in the arena: good until its next reset.
  ///
  /// Its strings are valid UTF-8 without a NUL. Unknown fields are passed over.
  package func decode(
    _ bytes: [UInt8], arena: Arena
  ) throws(MessageError) -> UnsafePointer<C> {
    let bytes = try checked(bytes)
    let message = bytes.withUnsafeBufferPointer {
      // An empty array may have no address, and protobuf-c reads no byte of an empty message.
      protobuf_c_message_unpack(descriptor, arena.allocator, $0.count, $0.baseAddress)
    }
    guard let message else {
      throw MessageError(field: nil, description: "the message needs more memory than a call has")
    }
    return UnsafeRawPointer(message).assumingMemoryBound(to: C.self)
  }

  private func checked(_ bytes: [UInt8]) throws(MessageError) -> [UInt8] {
    do throws(FieldError) {
      var validator = WireValidator()
      try validator.check(bytes.span, bytes.indices, as: descriptor)
      return validator.hasMessagesToMerge ? try mergingMessages(bytes, as: descriptor) : bytes
    } catch {
      throw MessageError(error, subject: "the message")
    }
  }

  /// A message in the arena, with the proto's defaults and then what `fill` sets.
  package func make(
    in arena: Arena, _ fill: (inout C) -> Void
  ) -> UnsafeMutablePointer<C> {
    let message = arena.allocate(C.self, count: 1)
    protobuf_c_message_init(descriptor, message)
    fill(&message.pointee)
    return message
  }

  /// The message's wire bytes, after `prefix` bytes of 0.
  package func encode(_ message: UnsafePointer<C>, prefix: Int = 0) -> [UInt8] {
    let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(base)
    return [UInt8](unsafeUninitializedCapacity: prefix + size) { buffer, count in
      buffer[..<prefix].initialize(repeating: 0)
      if let start = buffer.baseAddress { protobuf_c_message_pack(base, start + prefix) }
      count = prefix + size
    }
  }
}
