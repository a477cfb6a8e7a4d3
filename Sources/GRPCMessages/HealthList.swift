import CGRPCProtos
public import ProtobufMessages

/// Asks how every service is.
public struct HealthListRequest: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// The request, which has no fields.
  public init() {}

  private static let type = MessageType<Grpc__Health__V1__HealthListRequest> {
    grpc__health__v1__health_list_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    _ = try type.decode(bytes, arena: arena)
    return Self()
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    Self.type.encode(Self.type.make(in: arena) { _ in }, prefix: prefix)
  }
}

/// Tells how every service is.
public struct HealthListResponse: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// How each service is, by its full name. The empty name is the server as a whole.
  public var statuses: [String: ServingStatus]

  /// A response with these statuses.
  public init(statuses: [String: ServingStatus]) { self.statuses = statuses }

  private static let type = MessageType<Grpc__Health__V1__HealthListResponse> {
    grpc__health__v1__health_list_response__init($0)
  }
  private static let entryType = MessageType<Grpc__Health__V1__HealthListResponse__StatusesEntry> {
    grpc__health__v1__health_list_response__statuses_entry__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    let entries = elements(message.statuses, message.n_statuses).map {
      let status = $0.pointee.value.map { ServingStatus($0.pointee.status) }
      return (String(cString: $0.pointee.key), status ?? .unknown)
    }
    return Self(statuses: Dictionary(entries) { _, last in last })
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      // In one order, so that equal messages have equal bytes.
      let entries = statuses.sorted { $0.key < $1.key }
      ($0.statuses, $0.n_statuses) = arena.pointers(entries) { entry in
        Self.entryType.make(in: arena) {
          $0.key = arena.cString(entry.key)
          $0.value = HealthCheckResponse(status: entry.value).message(in: arena)
        }
      }
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
