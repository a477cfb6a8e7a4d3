import CGoogleProtos
import CProtobufC

extension MessageDescriptor {
  /// The declaration that generated code holds.
  static func declaration(
    of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> MessageDescriptor {
    var declarations = Declarations()
    return declarations.message(descriptor)
  }

  /// The declarations of all requests and responses of a service, and of what is in them, by their
  /// full names.
  ///
  /// - Parameter service: a `ProtobufCServiceDescriptor`; see ``ServiceDescriptor``'s initialiser
  ///   for why its type isn't said.
  package static func messages(ofService service: UnsafeRawPointer) -> [String: MessageDescriptor] {
    let service = service.assumingMemoryBound(to: ProtobufCServiceDescriptor.self)
    let methods = UnsafeBufferPointer(
      start: service.pointee.methods, count: Int(service.pointee.n_methods))
    var declarations = Declarations()
    for method in methods {
      for case let pointer? in [method.input, method.output] { _ = declarations.message(pointer) }
    }
    return declarations.byName
  }
}

/// Reads declarations, each once however many fields are of its type.
private struct Declarations {
  /// Nil while a message's own fields are read.
  private var messages: [UnsafePointer<ProtobufCMessageDescriptor>: MessageDescriptor?] = [:]
  private var enums: [UnsafePointer<ProtobufCEnumDescriptor>: EnumDescriptor] = [:]

  /// All that were read.
  var byName: [String: MessageDescriptor] {
    let read = messages.values.compactMap(\.self)
    return Dictionary(uniqueKeysWithValues: read.map { ($0.fullName, $0) })
  }

  mutating func message(
    _ pointer: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> MessageDescriptor {
    let fullName = String(cString: pointer.pointee.name)
    if let known = messages[pointer] {
      guard let known else { preconditionFailure("\(fullName) contains itself") }
      return known
    }
    messages.updateValue(nil, forKey: pointer)
    let fields = UnsafeBufferPointer(
      start: pointer.pointee.fields, count: Int(pointer.pointee.n_fields))
    let message = MessageDescriptor(fullName: fullName, fields: fields.map { field($0) })
    messages.updateValue(message, forKey: pointer)
    return message
  }

  private mutating func field(_ field: ProtobufCFieldDescriptor) -> FieldDescriptor {
    let isRepeated = field.label == PROTOBUF_C_LABEL_REPEATED
    let isInOneof = field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
    return FieldDescriptor(
      name: String(cString: field.name), number: field.id, kind: kind(field),
      isRepeated: isRepeated,
      hasPresence: isInOneof || field.label == PROTOBUF_C_LABEL_OPTIONAL
        || field.label == PROTOBUF_C_LABEL_REQUIRED
        || field.type == PROTOBUF_C_TYPE_MESSAGE && !isRepeated,
      // The fields of a oneof share the place that says which of them is set.
      oneof: isInOneof ? field.quantifier_offset : nil)
  }

  private mutating func kind(_ field: ProtobufCFieldDescriptor) -> FieldDescriptor.Kind {
    switch field.type {
    case PROTOBUF_C_TYPE_INT32: .int32
    case PROTOBUF_C_TYPE_SINT32: .sint32
    case PROTOBUF_C_TYPE_SFIXED32: .sfixed32
    case PROTOBUF_C_TYPE_INT64: .int64
    case PROTOBUF_C_TYPE_SINT64: .sint64
    case PROTOBUF_C_TYPE_SFIXED64: .sfixed64
    case PROTOBUF_C_TYPE_UINT32: .uint32
    case PROTOBUF_C_TYPE_FIXED32: .fixed32
    case PROTOBUF_C_TYPE_UINT64: .uint64
    case PROTOBUF_C_TYPE_FIXED64: .fixed64
    case PROTOBUF_C_TYPE_FLOAT: .float
    case PROTOBUF_C_TYPE_DOUBLE: .double
    case PROTOBUF_C_TYPE_BOOL: .bool
    case PROTOBUF_C_TYPE_ENUM:
      .enumeration(
        enumeration(field.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)))
    case PROTOBUF_C_TYPE_STRING: .string
    case PROTOBUF_C_TYPE_BYTES: .bytes
    case PROTOBUF_C_TYPE_MESSAGE:
      .message(message(field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)))
    default: preconditionFailure("protobuf-c has no such type")
    }
  }

  private mutating func enumeration(
    _ pointer: UnsafePointer<ProtobufCEnumDescriptor>
  ) -> EnumDescriptor {
    if let known = enums[pointer] { return known }
    let values = UnsafeBufferPointer(
      start: pointer.pointee.values, count: Int(pointer.pointee.n_values))
    let aliases = UnsafeBufferPointer(
      start: pointer.pointee.values_by_name, count: Int(pointer.pointee.n_value_names))
    let enumeration = EnumDescriptor(
      fullName: String(cString: pointer.pointee.name),
      names: Dictionary(values.map { ($0.value, String(cString: $0.name)) }) { first, _ in first },
      numbers: Dictionary(
        aliases.map { (String(cString: $0.name), values[Int($0.index)].value) }
      ) { first, _ in first })
    enums[pointer] = enumeration
    return enumeration
  }
}
