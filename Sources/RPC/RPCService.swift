public import ProtobufMessages

/// A service with a handler for each of its methods, for one loop.
public struct RPCService {
  /// The methods and their types.
  public let descriptor: ServiceDescriptor
  var handlers: [String: UnaryHandler] = [:]
  private let arena: Arena

  /// A service without handlers yet.
  ///
  /// - Parameter arena: where messages are decoded and encoded; it is empty between uses, so all
  ///   services of a loop share one.
  public init(_ descriptor: ServiceDescriptor, arena: Arena) {
    self.descriptor = descriptor
    self.arena = arena
  }

  /// Registers the handler of a unary method.
  ///
  /// A request that can't be decoded is INVALID_ARGUMENT, with the fields that are to blame.
  public mutating func unary<Request: DecodableMessage, Response: EncodableMessage>(
    _ name: String, _ handler: @escaping (Request, ServerCall) async throws -> Response
  ) {
    let arena = arena
    handlers[name] = { call, message in
      let request: Request
      do throws(MessageError) {
        defer { arena.reset() }
        request = try Request.decode(message, arena: arena)
      } catch {
        throw RPCStatus(undecodable: error)
      }
      let response = try await handler(request, call)
      defer { arena.reset() }
      return response.encode(arena: arena, prefix: MessageDeframer.prefixSize)
    }
  }
}

extension RPCStatus {
  /// The answer to a message that could not be decoded.
  init(undecodable error: MessageError) {
    self.init(
      .invalidArgument, error.description,
      details: error.violations.isEmpty ? [] : [.badRequest(error.violations)])
  }
}
