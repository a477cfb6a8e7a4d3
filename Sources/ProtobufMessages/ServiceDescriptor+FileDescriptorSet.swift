import CGoogleProtos

extension ServiceDescriptor {
  /// Adds to what protobuf-c knows of a service what only the FileDescriptorSet does: streaming and
  /// options.
  init(completing known: ServiceDescriptor, from fileDescriptorSet: [UInt8]) throws(MessageError) {
    let arena = Arena()
    let set = try fileDescriptorSetType.decode(fileDescriptorSet, arena: arena)
    self = known
    guard let declaration = set.pointee.service(named: fullName) else {
      throw MessageError(field: nil, description: "no file declares the service \(fullName)")
    }
    let declarations = UnsafeBufferPointer(
      start: declaration.pointee.method, count: declaration.pointee.n_method)
    for index in methods.indices {
      let name = methods[index].name
      guard
        let declared = declarations.lazy.compactMap({ $0?.pointee })
          .first(where: { String(cString: $0.name) == name })
      else {
        throw MessageError(field: nil, description: "\(fullName) declares no method \(name)")
      }
      methods[index].complete(from: declared)
    }
  }
}

/// The generated type of `google.protobuf.FileDescriptorSet`.
private let fileDescriptorSetType = MessageType<Google__Protobuf__FileDescriptorSet> {
  google__protobuf__file_descriptor_set__init($0)
}

extension Google__Protobuf__FileDescriptorSet {
  fileprivate func service(
    named fullName: String
  ) -> UnsafePointer<Google__Protobuf__ServiceDescriptorProto>? {
    for case let file? in UnsafeBufferPointer(start: file, count: n_file) {
      let services = UnsafeBufferPointer(start: file.pointee.service, count: file.pointee.n_service)
      for case let service? in services {
        let package = String(cString: file.pointee.package)
        let name = String(cString: service.pointee.name)
        if (package.isEmpty ? name : "\(package).\(name)") == fullName {
          return UnsafePointer(service)
        }
      }
    }
    return nil
  }
}

extension MethodDescriptor {
  fileprivate mutating func complete(from declared: Google__Protobuf__MethodDescriptorProto) {
    let options = declared.options?.pointee
    isClientStreaming = declared.client_streaming != 0
    isServerStreaming = declared.server_streaming != 0
    idempotency = Idempotency(options)
    isDeprecated = options.map { $0.deprecated != 0 } ?? false
  }
}

extension MethodDescriptor.Idempotency {
  fileprivate init(_ options: Google__Protobuf__MethodOptions?) {
    switch options?.idempotency_level {
    case GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__NO_SIDE_EFFECTS:
      self = .noSideEffects
    case GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__IDEMPOTENT: self = .idempotent
    default: self = .unknown
    }
  }
}
