import CGRPCProtos
public import ProtobufMessages

/// How a service is (`grpc.health.v1.HealthCheckResponse.ServingStatus`).
public enum ServingStatus: UInt32, Sendable {
  /// Nothing is said, or what we do not know.
  case unknown = 0
  /// Calls are served.
  case serving = 1
  /// Calls should go elsewhere.
  case notServing = 2
  /// There is no such service. Only watches say it.
  case serviceUnknown = 3

  init(_ status: Grpc__Health__V1__HealthCheckResponse__ServingStatus) {
    self = ServingStatus(rawValue: UInt32(status.rawValue)) ?? .unknown
  }

  var message: Grpc__Health__V1__HealthCheckResponse__ServingStatus { .init(rawValue: rawValue) }
}

/// Asks how a service is, once or as a watch.
public struct HealthCheckRequest: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// The service's full name. Empty: the server as a whole.
  public var service: String

  /// A request about this service.
  public init(service: String = "") { self.service = service }

  private static let type = MessageType<Grpc__Health__V1__HealthCheckRequest> {
    grpc__health__v1__health_check_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    Self(service: String(cString: try type.decode(bytes, arena: arena).pointee.service))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.service = arena.cString(service) }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Tells how a service is.
public struct HealthCheckResponse: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// How it is.
  public var status: ServingStatus

  /// A response with this status.
  public init(status: ServingStatus) { self.status = status }

  private static let type = MessageType<Grpc__Health__V1__HealthCheckResponse> {
    grpc__health__v1__health_check_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    Self(status: ServingStatus(try type.decode(bytes, arena: arena).pointee.status))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    Self.type.encode(message(in: arena), prefix: prefix)
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<Grpc__Health__V1__HealthCheckResponse> {
    Self.type.make(in: arena) { $0.status = status.message }
  }
}
