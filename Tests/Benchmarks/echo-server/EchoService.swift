import CGoogleProtos
import CProtobufC
import ProtobufMessages
import RPC

/// The service of Tests/Benchmarks/echo.proto.
enum EchoService {
  private static let descriptor: ServiceDescriptor = {
    let name = "workflow_history.benchmarks.EchoService"
    let message = "google.protobuf.BytesValue"
    return ServiceDescriptor(
      fullName: name,
      methods: [
        MethodDescriptor(service: name, name: "Echo", requestType: message, responseType: message)
      ])
  }()

  /// The service for one loop.
  static func service() -> RPCService {
    var service = RPCService(descriptor, arena: Arena())
    service.unary("Echo") { (request: BytesValue, call: ServerCall) async throws -> BytesValue in
      request
    }
    return service
  }
}

/// `google.protobuf.BytesValue`, read and written by protobuf-c, as all messages of the service are.
struct BytesValue: DecodableMessage, EncodableMessage {
  var value: [UInt8]

  private static let type = MessageType<Google__Protobuf__BytesValue> {
    google__protobuf__bytes_value__init($0)
  }

  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> BytesValue {
    let value = try type.decode(bytes, arena: arena).pointee.value
    return BytesValue(value: Array(UnsafeBufferPointer(start: value.data, count: value.len)))
  }

  func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let copy = arena.allocate(UInt8.self, count: value.count)
    copy.initialize(from: value, count: value.count)
    let message = Self.type.make(in: arena) {
      $0.value = ProtobufCBinaryData(len: value.count, data: copy)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
