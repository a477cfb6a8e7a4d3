import CGoogleProtos

/// What files declare, by full name. Files are named as their descriptors name them.
struct FileDeclarations {
  /// The file of each symbol.
  private(set) var files: [String: String] = [:]
  private(set) var services: Set<String> = []
  private(set) var messages: Set<String> = []
  /// The file of each extension, by the message that it extends and its number.
  private(set) var extensions: [String: [Int32: String]] = [:]

  /// Takes up all that a file declares.
  mutating func add(_ file: Google__Protobuf__FileDescriptorProto) {
    let scope = Scope(
      name: String(proto2: file.package), file: String(proto2: file.name))
    for message in elements(file.message_type, file.n_message_type) {
      add(message.pointee, in: scope)
    }
    for enumeration in elements(file.enum_type, file.n_enum_type) {
      add(enumeration.pointee, in: scope)
    }
    addExtensions(elements(file.extension, file.n_extension), in: scope)
    for service in elements(file.service, file.n_service) {
      let name = add(service.pointee.name, in: scope)
      services.insert(name.name)
      for method in elements(service.pointee.method, service.pointee.n_method) {
        add(method.pointee.name, in: name)
      }
    }
  }

  private mutating func add(_ message: Google__Protobuf__DescriptorProto, in scope: Scope) {
    let scope = add(message.name, in: scope)
    messages.insert(scope.name)
    for field in elements(message.field, message.n_field) { add(field.pointee.name, in: scope) }
    for oneof in elements(message.oneof_decl, message.n_oneof_decl) {
      add(oneof.pointee.name, in: scope)
    }
    for nested in elements(message.nested_type, message.n_nested_type) {
      add(nested.pointee, in: scope)
    }
    for enumeration in elements(message.enum_type, message.n_enum_type) {
      add(enumeration.pointee, in: scope)
    }
    addExtensions(elements(message.extension, message.n_extension), in: scope)
  }

  private mutating func add(
    _ enumeration: Google__Protobuf__EnumDescriptorProto, in scope: Scope
  ) {
    add(enumeration.name, in: scope)
    for value in elements(enumeration.value, enumeration.n_value) {
      add(value.pointee.name, in: scope)
    }
  }

  private mutating func addExtensions(
    _ fields: some Sequence<UnsafeMutablePointer<Google__Protobuf__FieldDescriptorProto>>,
    in scope: Scope
  ) {
    for field in fields {
      add(field.pointee.name, in: scope)
      // A full name is written with a dot before it.
      let extended = String(proto2: field.pointee.extendee).drop { $0 == "." }
      extensions[String(extended), default: [:]][field.pointee.number] = scope.file
    }
  }

  /// Takes up a symbol, and tells the scope that it is to what it contains.
  @discardableResult
  private mutating func add(_ name: UnsafePointer<CChar>?, in scope: Scope) -> Scope {
    let name = String(proto2: name)
    let symbol = Scope(name: scope.name.isEmpty ? name : "\(scope.name).\(name)", file: scope.file)
    files[symbol.name] = symbol.file
    return symbol
  }
}

/// Where a declaration stands.
private struct Scope {
  /// The package, or the full name of what contains it. Empty: no package.
  var name: String
  var file: String
}

extension String {
  /// A string of a proto2 message, which has no address where it was left out.
  init(proto2 text: UnsafePointer<CChar>?) { self = text.map { String(cString: $0) } ?? "" }
}

/// The generated type of `google.protobuf.FileDescriptorProto`.
let fileDescriptorType = MessageType<Google__Protobuf__FileDescriptorProto> {
  google__protobuf__file_descriptor_proto__init($0)
}
