import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// A client of the service on grpc-swift-2 and what protoc makes of Protos/.
///
///     WORKFLOW_HISTORY_TOKEN=... client HOST:PORT CA-FILE SOCKET
///
/// It prints each message that it is answered with as a line of JSON.
@main
struct Client {
  static func main() async throws {
    let arguments = CommandLine.arguments
    let address = arguments.dropFirst().first?.split(separator: ":") ?? []
    guard arguments.count == 4, address.count == 2, let port = Int(address[1]),
      let token = ProcessInfo.processInfo.environment["WORKFLOW_HISTORY_TOKEN"]
    else {
      print("usage: WORKFLOW_HISTORY_TOKEN=... client HOST:PORT CA-FILE SOCKET")
      exit(2)
    }
    let (host, ca, socket) = (String(address[0]), arguments[2], arguments[3])
    let caller: Metadata = ["authorization": "Bearer \(token)"]

    let transport = try HTTP2ClientTransport.Posix(
      target: .dns(host: host, port: port),
      transportSecurity: .tls { $0.trustRoots = .certificates([.file(path: ca, format: .pem)]) })
    let id = try await withGRPCClient(transport: transport) { client in
      let history = WorkflowHistory_V1_WorkflowHistoryService.Client(wrapping: client)
      return try await Tour(history: history, caller: caller).run()
    }

    let local = try HTTP2ClientTransport.Posix(
      target: .unixDomainSocket(path: socket, authority: "localhost"),
      transportSecurity: .plaintext)
    try await withGRPCClient(transport: local) { client in
      let history = WorkflowHistory_V1_WorkflowHistoryService.Client(wrapping: client)
      try show(await history.getWorkflowExecution(.with { $0.id = id }, metadata: caller))
    }
  }
}
