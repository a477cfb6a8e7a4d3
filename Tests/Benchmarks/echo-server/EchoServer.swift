import ArgumentParser
import Foundation
import Identity
import Logging
import RPC
import RPCServer
import Reactor
import TLS
import Telemetry
import WorkflowHistoryService

/// Serves an echo until SIGTERM, through all that a call of the real server passes but its
/// handlers and its store: for scripts/bench.
@main
struct EchoServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo-server",
    abstract: "Serves workflow_history.benchmarks.EchoService with TLS.",
    discussion: """
      Callers need a token, as the real server's do. The address is printed in one line, as \
      HOST:PORT, once calls are accepted.
      """)

  @Option(help: "Where to listen; port 0 takes a free one.")
  var listen = "127.0.0.1:0"

  @Option(help: "A PEM file with the certificate.")
  var tlsCert: String

  @Option(help: "A PEM file with the certificate's key.")
  var tlsKey: String

  @Option(help: "A file with the secret that signs tokens (HS256), at least 32 bytes.")
  var jwtSecretFile: String

  @Option(help: "How many event loops, each on a thread of its own.")
  var loops = 1

  @Flag(help: "Leave out what counts, times and traces calls.")
  var withoutTelemetry = false

  func validate() throws {
    guard SocketAddress(listen) != nil else {
      throw ValidationError("--listen takes HOST:PORT or [IPV6]:PORT")
    }
    guard (1...1024).contains(loops) else { throw ValidationError("--loops takes 1 to 1024") }
  }

  func run() async throws {
    ignoreBrokenPipes()
    let key = try SigningKey(path: jwtSecretFile)
    let loops = try (0..<loops).map { try Loop(name: "loop-\($0)") }
    let (stopRequests, heard) = AsyncStream.makeStream(of: Void.self)
    try await loops[0].run { eventLoop in
      // The loop keeps the watch.
      for signal in terminationSignals { _ = try eventLoop.onSignal(signal) { heard.yield() } }
    }
    let logger = Logger(label: "echo-server") { StreamLogHandler.standardError(label: $0) }
    let inherited = try InheritedSocket.all(in: ProcessInfo.processInfo.environment)
    let endpoints =
      inherited.isEmpty
      ? SocketAddress(listen).map { [RPCEndpoint($0, .tls)] } ?? []
      : inherited.map { RPCEndpoint(inherited: $0, .tls) }
    let trust = TokenTrust(keys: KeySet(secrets: [key]))
    let server = try await RPCServer.start(
      RPCServerConfiguration(tls: try .server(certificateChain: tlsCert, privateKey: tlsKey)),
      endpoints: endpoints, loops: loops, logger: logger
    ) { _ in
      let all = interceptors(verifier: TokenVerifier(trust), log: CallLog(logger))
      return Dispatcher(
        [EchoService.service()],
        interceptors: withoutTelemetry
          ? all.filter { !($0 is MetricsInterceptor || $0 is TracingInterceptor) } : all)
    }

    FileHandle.standardOutput.write(Data("\(server.addresses[0])\n".utf8))
    for await _ in stopRequests { break }

    await server.stop()
    for loop in loops { await loop.stop() }
  }
}
