import ArgumentParser
import Foundation
import Logging
import RPC
import RPCServer
import Reactor
import TLS

/// Serves the interop cases until SIGTERM, for stock clients to be tried on.
@main
struct InteropServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interop-server",
    abstract: "Serves grpc.testing.TestService on 127.0.0.1 with TLS, and on a Unix socket.",
    discussion: "Its addresses are printed in one line, as HOST:PORT unix:PATH.")

  @Option(help: "A PEM file with the certificate.")
  var tlsCert: String

  @Option(help: "A PEM file with the certificate's key.")
  var tlsKey: String

  @Option(help: "The Unix socket to listen on, with TLS or without.")
  var unix: String

  func run() async throws {
    ignoreBrokenPipes()
    // Two, so that connections live on a loop that accepts, and on one that does not.
    let loops = try (0..<2).map { try Loop(name: "loop-\($0)") }
    let (stopRequests, heard) = AsyncStream.makeStream(of: Void.self)
    try await loops[0].run { eventLoop in
      // The loop keeps the watch.
      for signal in terminationSignals { _ = try eventLoop.onSignal(signal) { heard.yield() } }
    }
    let server = try await RPCServer.start(
      RPCServerConfiguration(tls: try .server(certificateChain: tlsCert, privateKey: tlsKey)),
      endpoints: [
        RPCEndpoint(.tcp(host: "127.0.0.1", port: 0), .tls),
        RPCEndpoint(.unix(path: unix), .either),
      ], loops: loops,
      logger: Logger(label: "interop-server") { StreamLogHandler.standardError(label: $0) }
    ) { _ in Dispatcher([TestService.service()], interceptors: []) }

    let places = server.addresses.map(\.description).joined(separator: " ")
    FileHandle.standardOutput.write(Data("\(places)\n".utf8))
    for await _ in stopRequests { break }

    await server.stop()
    for loop in loops { await loop.stop() }
  }
}
