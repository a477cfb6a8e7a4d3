// The generated headers bring protobuf-c's own along: to the compiler its types come with either.
import CGoogleProtos
import CProtobufC

extension ServiceDescriptor {
  /// The service that protobuf-c's descriptor names, with what only the FileDescriptorSet knows:
  /// streaming and options.
  ///
  /// Throws where the bytes are no FileDescriptorSet, or not that of the descriptor.
  ///
  /// - Parameter descriptor: a `ProtobufCServiceDescriptor`. A declaration that other rooms see can't
  ///   say so: which of two modules the type is from depends on which is read first.
  package init(
    _ descriptor: UnsafeRawPointer, fileDescriptorSet: [UInt8]
  ) throws(MessageError) {
    let service = descriptor.assumingMemoryBound(to: ProtobufCServiceDescriptor.self)
    let fullName = String(cString: service.pointee.name)
    let methods = UnsafeBufferPointer(
      start: service.pointee.methods, count: Int(service.pointee.n_methods))
    let known = ServiceDescriptor(
      fullName: fullName,
      methods: methods.map { method in
        MethodDescriptor(
          service: fullName, name: String(cString: method.name),
          requestType: String(cString: method.input.pointee.name),
          responseType: String(cString: method.output.pointee.name))
      })
    try self.init(completing: known, from: fileDescriptorSet)
  }
}
