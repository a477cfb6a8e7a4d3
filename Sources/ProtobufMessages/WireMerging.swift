import CProtobufC

/// The same message, with each message field that occurs more than once made one.
///
/// A parser has to merge such occurrences, and protobuf-c's merging loses proto3's scalars. The
/// concatenation of two messages' bytes is their merger, so that is what stands in for them.
/// `bytes` have passed the ``WireValidator``. Each level of nesting costs one copy.
func mergingMessages(
  _ bytes: [UInt8], as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
) throws(FieldError) -> [UInt8] {
  var merged: [UInt8] = []
  merged.reserveCapacity(bytes.count)
  /// The singular message fields in the order of their first occurrence, with their bytes.
  var messages: [(field: UnsafePointer<ProtobufCFieldDescriptor>, content: [UInt8])] = []

  var reader = WireReader(bytes.indices)
  while !reader.isAtEnd {
    let start = reader.offset
    let key = try reader.key(bytes.span)
    let content = try reader.value(bytes.span, key.type)
    guard let field = protobuf_c_message_descriptor_get_field(descriptor, key.number),
      field.pointee.type == PROTOBUF_C_TYPE_MESSAGE
    else {
      merged += bytes[start..<reader.offset]
      continue
    }
    if !field.isSingularMessage {
      try merged.append(field, Array(bytes[content]))
    } else if let index = messages.firstIndex(where: { $0.field == field }) {
      messages[index].content += bytes[content]
    } else {
      messages.append((field, Array(bytes[content])))
    }
  }
  for message in messages { try merged.append(message.field, message.content) }
  return merged
}

extension [UInt8] {
  /// Appends a message field, itself merged.
  fileprivate mutating func append(
    _ field: UnsafePointer<ProtobufCFieldDescriptor>, _ content: [UInt8]
  ) throws(FieldError) {
    let inner = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    let content = try mergingMessages(content, as: inner)
    var writer = WireWriter()
    writer.key(field.pointee.id, .lengthDelimited)
    writer.lengthDelimited(content)
    self += writer.bytes
  }
}
