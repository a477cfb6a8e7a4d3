import CGRPCProtos
import CProtobufC
public import ProtobufMessages

/// The services that gRPC itself defines, as their protos declare them.
public enum GRPCAPI {
  /// `grpc.health.v1.Health`.
  public static let health: ServiceDescriptor = {
    var service = Grpc__Health__V1__Health_Service()
    grpc__health__v1__health__init(&service, nil)
    return descriptor(service.base)
  }()

  /// `grpc.reflection.v1.ServerReflection`.
  public static let reflection: ServiceDescriptor = {
    var service = Grpc__Reflection__V1__ServerReflection_Service()
    grpc__reflection__v1__server_reflection__init(&service, nil)
    return descriptor(service.base)
  }()

  /// `grpc.reflection.v1alpha.ServerReflection`, for clients from before v1. Its messages are those
  /// of v1 under other names, with the same wire bytes.
  public static let reflectionV1Alpha: ServiceDescriptor = {
    var service = Grpc__Reflection__V1alpha__ServerReflection_Service()
    grpc__reflection__v1alpha__server_reflection__init(&service, nil)
    return descriptor(service.base)
  }()

  /// A `google.protobuf.FileDescriptorSet`: the files of these services.
  public static let fileDescriptorSet = [UInt8](
    UnsafeBufferPointer(
      start: grpc__file_descriptor_set_start(), count: grpc__file_descriptor_set_size))

  /// The generated initialiser is what tells the descriptor's address.
  private static func descriptor(_ initialised: ProtobufCService) -> ServiceDescriptor {
    do {
      return try ServiceDescriptor(initialised.descriptor, fileDescriptorSet: fileDescriptorSet)
    } catch {
      preconditionFailure("the generated code is of two minds: \(error)")
    }
  }
}
