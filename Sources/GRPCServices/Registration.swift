import GRPCMessages
public import ProtobufMessages
public import RPC

extension HealthRegistry {
  /// The health service of this registry's loop.
  public func service(arena: Arena) -> RPCService {
    var service = RPCService(GRPCAPI.health, arena: arena)
    service.unary("Check") { (request: HealthCheckRequest, _: ServerCall) in
      try self.check(request)
    }
    service.unary("List") { (_: HealthListRequest, _: ServerCall) in try self.list() }
    service.serverStreaming("Watch") {
      (request: HealthCheckRequest, responses: ResponseWriter<HealthCheckResponse>, _: ServerCall)
      in
      try await self.watch(request) { try await responses.write($0) }
    }
    return service
  }
}

extension ReflectionAnswers {
  /// The reflection service, as v1 and as v1alpha.
  public func services(arena: Arena) -> [RPCService] {
    [GRPCAPI.reflection, GRPCAPI.reflectionV1Alpha].map { descriptor in
      var service = RPCService(descriptor, arena: arena)
      service.bidirectional("ServerReflectionInfo") {
        (
          requests: RequestStream<ServerReflectionRequest>,
          responses: ResponseWriter<ServerReflectionResponse>, _: ServerCall
        ) in
        for try await request in requests { try await responses.write(answer(request)) }
      }
      return service
    }
  }
}
