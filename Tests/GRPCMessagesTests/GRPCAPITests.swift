import GRPCMessages
import ProtobufMessages
import Testing

@Suite("The services that gRPC defines")
struct GRPCAPITests {
  @Test("Health has a check, a list, and a watch that streams")
  func health() {
    let service = GRPCAPI.health
    #expect(service.fullName == "grpc.health.v1.Health")
    #expect(service.methods.count == 3)
    for (name, streams) in [("Check", false), ("Watch", true), ("List", false)] {
      let method = service.methods.first { $0.name == name }
      #expect(method?.path == "/grpc.health.v1.Health/\(name)")
      #expect(method?.isClientStreaming == false)
      #expect(method?.isServerStreaming == streams)
    }
  }

  @Test("Reflection is one method that streams both ways, in v1 and in v1alpha")
  func reflection() throws {
    for (service, package) in [
      (GRPCAPI.reflection, "grpc.reflection.v1"),
      (GRPCAPI.reflectionV1Alpha, "grpc.reflection.v1alpha"),
    ] {
      #expect(service.fullName == "\(package).ServerReflection")
      let method = try #require(service.methods.first)
      #expect(service.methods.count == 1)
      #expect(method.name == "ServerReflectionInfo")
      #expect(method.requestType == "\(package).ServerReflectionRequest")
      #expect(method.responseType == "\(package).ServerReflectionResponse")
      #expect(method.isClientStreaming && method.isServerStreaming)
    }
  }

  @Test("Their files are described under the names that clients import them by")
  func files() throws {
    let index = try FileDescriptorIndex([GRPCAPI.fileDescriptorSet])
    #expect(
      index.serviceNames == [
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
      ])
    for (symbol, name) in [
      ("grpc.health.v1.HealthListResponse", "grpc/health/v1/health.proto"),
      ("grpc.reflection.v1.ErrorResponse", "grpc/reflection/v1/reflection.proto"),
      ("grpc.reflection.v1alpha.ErrorResponse", "grpc/reflection/v1alpha/reflection.proto"),
    ] {
      let files = try #require(index.files(declaring: symbol))
      #expect(files.count == 1)
      #expect(index.files(named: name) == files)
    }
  }
}
