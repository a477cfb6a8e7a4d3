import CGRPCProtos
import CProtobufC
public import ProtobufMessages

/// Answers one request: `ServerReflectionResponse` of grpc.reflection.v1, and of v1alpha, which has
/// the same wire bytes.
public struct ServerReflectionResponse: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// What is answered.
  public enum Answer: Equatable, Sendable {
    /// Nothing, or what we do not know.
    case none
    /// Serialized `google.protobuf.FileDescriptorProto`s: a file, and all that it imports.
    case fileDescriptors([[UInt8]])
    /// The numbers of all extensions of the message with this full name.
    case extensionNumbers(type: String, [Int32])
    /// The full names of the services.
    case services([String])
    /// What is wrong with the request: a gRPC status code, and words.
    case error(code: Int32, message: String)
  }

  /// The host of the request.
  public var validHost: String
  /// The request that is answered. Nil where a server does not say.
  public var originalRequest: ServerReflectionRequest?
  /// The answer.
  public var answer: Answer

  /// An answer to this request.
  public init(to request: ServerReflectionRequest, _ answer: Answer) {
    self.init(validHost: request.host, originalRequest: request, answer: answer)
  }

  private init(validHost: String, originalRequest: ServerReflectionRequest?, answer: Answer) {
    self.validHost = validHost
    self.originalRequest = originalRequest
    self.answer = answer
  }

  private static let type = MessageType<Grpc__Reflection__V1__ServerReflectionResponse> {
    grpc__reflection__v1__server_reflection_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    return Self(
      validHost: String(cString: message.valid_host),
      originalRequest: message.original_request.map { ServerReflectionRequest($0.pointee) },
      answer: Answer(message))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.valid_host = arena.cString(validHost)
      $0.original_request = originalRequest?.message(in: arena)
      answer.write(to: &$0, in: arena)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

private let fileDescriptorsType = MessageType<Grpc__Reflection__V1__FileDescriptorResponse> {
  grpc__reflection__v1__file_descriptor_response__init($0)
}
private let extensionNumbersType = MessageType<Grpc__Reflection__V1__ExtensionNumberResponse> {
  grpc__reflection__v1__extension_number_response__init($0)
}
private let servicesType = MessageType<Grpc__Reflection__V1__ListServiceResponse> {
  grpc__reflection__v1__list_service_response__init($0)
}
private let serviceType = MessageType<Grpc__Reflection__V1__ServiceResponse> {
  grpc__reflection__v1__service_response__init($0)
}
private let errorType = MessageType<Grpc__Reflection__V1__ErrorResponse> {
  grpc__reflection__v1__error_response__init($0)
}

extension ServerReflectionResponse.Answer {
  fileprivate init(_ message: Grpc__Reflection__V1__ServerReflectionResponse) {
    switch message.message_response_case {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE:
      let files = message.file_descriptor_response.pointee
      self = .fileDescriptors(
        UnsafeBufferPointer(
          start: files.file_descriptor_proto, count: files.n_file_descriptor_proto
        ).map { [UInt8](UnsafeBufferPointer(start: $0.data, count: $0.len)) })
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE:
      let numbers = message.all_extension_numbers_response.pointee
      self = .extensionNumbers(
        type: String(cString: numbers.base_type_name),
        Array(
          UnsafeBufferPointer(start: numbers.extension_number, count: numbers.n_extension_number)))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE:
      let services = message.list_services_response.pointee
      self = .services(
        elements(services.service, services.n_service).map { String(cString: $0.pointee.name) })
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE:
      let error = message.error_response.pointee
      self = .error(code: error.error_code, message: String(cString: error.error_message))
    default: self = .none
    }
  }

  fileprivate func write(
    to message: inout Grpc__Reflection__V1__ServerReflectionResponse, in arena: Arena
  ) {
    switch self {
    case .none: break
    case .fileDescriptors(let files):
      message.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE
      message.file_descriptor_response = fileDescriptorsType.make(in: arena) {
        $0.file_descriptor_proto = arena.array(
          files.map { file in
            ProtobufCBinaryData(len: file.count, data: arena.array(file))
          })
        $0.n_file_descriptor_proto = files.count
      }
    case .extensionNumbers(let type, let numbers):
      message.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE
      message.all_extension_numbers_response = extensionNumbersType.make(in: arena) {
        $0.base_type_name = arena.cString(type)
        $0.extension_number = arena.array(numbers)
        $0.n_extension_number = numbers.count
      }
    case .services(let names):
      message.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE
      message.list_services_response = servicesType.make(in: arena) {
        ($0.service, $0.n_service) = arena.pointers(names) { name in
          serviceType.make(in: arena) { $0.name = arena.cString(name) }
        }
      }
    case .error(let code, let text):
      message.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE
      message.error_response = errorType.make(in: arena) {
        $0.error_code = code
        $0.error_message = arena.cString(text)
      }
    }
  }
}

extension Arena {
  /// A copy of the elements, which are of a trivial type.
  fileprivate func array<T: BitwiseCopyable>(_ elements: [T]) -> UnsafeMutablePointer<T> {
    let copy = allocate(T.self, count: elements.count)
    _ = UnsafeMutableBufferPointer(start: copy, count: elements.count)
      .initialize(fromContentsOf: elements)
    return copy
  }
}
