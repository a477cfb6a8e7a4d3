import CGRPCProtos
public import ProtobufMessages

/// Asks a server for descriptors: `ServerReflectionRequest` of grpc.reflection.v1, and of v1alpha,
/// which has the same wire bytes.
public struct ServerReflectionRequest: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// What is asked for.
  public enum Query: Equatable, Sendable {
    /// Nothing, or what we do not know.
    case none
    /// The file of this name, such as `google/rpc/status.proto`.
    case fileByFilename(String)
    /// The file that declares the symbol with this full name.
    case fileContainingSymbol(String)
    /// The file that declares an extension, by the full name of the extended message and its number.
    case fileContainingExtension(type: String, number: Int32)
    /// The numbers of all extensions of the message with this full name.
    case allExtensionNumbersOfType(String)
    /// The names of all services. The text, if there is any, says nothing.
    case listServices(String)
  }

  /// The host that the client means, which the answer repeats.
  public var host: String
  /// What is asked for.
  public var query: Query

  /// A request.
  public init(host: String = "", _ query: Query) {
    self.host = host
    self.query = query
  }

  private static let type = MessageType<Grpc__Reflection__V1__ServerReflectionRequest> {
    grpc__reflection__v1__server_reflection_request__init($0)
  }
  private static let extensionType = MessageType<Grpc__Reflection__V1__ExtensionRequest> {
    grpc__reflection__v1__extension_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    Self(try type.decode(bytes, arena: arena).pointee)
  }

  init(_ message: Grpc__Reflection__V1__ServerReflectionRequest) {
    host = String(cString: message.host)
    query = Query(message)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    Self.type.encode(message(in: arena), prefix: prefix)
  }

  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionRequest> {
    Self.type.make(in: arena) {
      $0.host = arena.cString(host)
      $0.message_request_case = query.messageCase
      switch query {
      case .none: break
      case .fileByFilename(let name): $0.file_by_filename = arena.cString(name)
      case .fileContainingSymbol(let symbol): $0.file_containing_symbol = arena.cString(symbol)
      case .fileContainingExtension(let type, let number):
        $0.file_containing_extension = Self.extensionType.make(in: arena) {
          $0.containing_type = arena.cString(type)
          $0.extension_number = number
        }
      case .allExtensionNumbersOfType(let type):
        $0.all_extension_numbers_of_type = arena.cString(type)
      case .listServices(let text): $0.list_services = arena.cString(text)
      }
    }
  }
}

extension ServerReflectionRequest.Query {
  fileprivate init(_ message: Grpc__Reflection__V1__ServerReflectionRequest) {
    switch message.message_request_case {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
      self = .fileByFilename(String(cString: message.file_by_filename))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
      self = .fileContainingSymbol(String(cString: message.file_containing_symbol))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
      let wanted = message.file_containing_extension.pointee
      self = .fileContainingExtension(
        type: String(cString: wanted.containing_type), number: wanted.extension_number)
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
      self = .allExtensionNumbersOfType(String(cString: message.all_extension_numbers_of_type))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
      self = .listServices(String(cString: message.list_services))
    default: self = .none
    }
  }

  fileprivate var messageCase: Grpc__Reflection__V1__ServerReflectionRequest__MessageRequestCase {
    switch self {
    case .none: GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST__NOT_SET
    case .fileByFilename:
      GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME
    case .fileContainingSymbol:
      GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL
    case .fileContainingExtension:
      GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION
    case .allExtensionNumbersOfType:
      GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE
    case .listServices:
      GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES
    }
  }
}
