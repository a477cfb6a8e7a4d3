public import GRPCMessages
public import ProtobufMessages
import RPC

/// What a server says of its services: the answers of server reflection
/// (https://grpc.io/docs/guides/reflection), the same in v1 and v1alpha.
public struct ReflectionAnswers: Sendable {
  private let index: FileDescriptorIndex
  private let services: [String]

  /// Answers from these files.
  ///
  /// - Parameter services: The full names of the services that are served.
  public init(_ index: FileDescriptorIndex, services: [String]) {
    self.index = index
    self.services = services.sorted()
  }

  /// The answer to a request. A refusal is an answer too, so that the stream goes on.
  public func answer(_ request: ServerReflectionRequest) -> ServerReflectionResponse {
    let answer: ServerReflectionResponse.Answer
    switch request.query {
    case .none: answer = .error(.invalidArgument, "no known query is set")
    case .fileByFilename(let name):
      answer = files(index.files(named: name), else: "unknown file")
    case .fileContainingSymbol(let symbol):
      answer = files(index.files(declaring: symbol), else: "unknown symbol")
    case .fileContainingExtension(let type, let number):
      answer = files(index.files(extending: type, number: number), else: "unknown extension")
    case .allExtensionNumbersOfType(let type):
      answer =
        index.extensionNumbers(of: type).map { .extensionNumbers(type: type, $0) }
        ?? .error(.notFound, "unknown type")
    case .listServices: answer = .services(services)
    }
    return ServerReflectionResponse(to: request, answer)
  }

  private func files(
    _ files: [[UInt8]]?, else missing: String
  ) -> ServerReflectionResponse.Answer {
    files.map { .fileDescriptors($0) } ?? .error(.notFound, missing)
  }
}

extension ServerReflectionResponse.Answer {
  fileprivate static func error(_ code: RPCStatusCode, _ message: String) -> Self {
    .error(code: code.rawValue, message: message)
  }
}
