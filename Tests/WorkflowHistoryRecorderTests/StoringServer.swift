import Foundation
import Identity
import Logging
import Postgres
import PostgresHistoryStore
import PostgresTesting
import ProtobufMessages
import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import Synchronization
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

@testable import WorkflowHistoryService

/// A server of the service on a Postgres, to be stopped and started. A token is the name of its user.
final class StoringServer: Sendable {
  /// What comes, by the names of methods, and which answers are lost.
  let calls: Calls
  private let folder: SpoolPlace
  private let options: PostgresOptions
  private let running = Mutex<(server: RPCServer, loop: Loop)?>(nil)

  /// A server on a new database.
  static func start() async throws -> StoringServer {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "schema")
    let options = try await loop.run { eventLoop in
      let options = PostgresOptions(conninfo: try await cluster.makeDatabase(on: eventLoop))
      try await PostgresHistoryStore.migrate(options, now: now(), on: eventLoop)
      return options
    }
    await loop.stop()
    let server = StoringServer(options, try SpoolPlace())
    try await server.restart()
    return server
  }

  private init(_ options: PostgresOptions, _ folder: SpoolPlace) {
    self.options = options
    self.folder = folder
    calls = Calls()
  }

  private var address: SocketAddress { .unix(path: folder.path + "/socket") }

  /// Starts it, at the place where it was.
  func restart() async throws {
    let loop = try Loop(name: "server")
    let (options, calls) = (options, calls)
    let server = try await RPCServer.start(
      RPCServerConfiguration(tls: try TestCertificate.shared.get().server),
      endpoints: [RPCEndpoint(address, .either)], loops: [loop],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { eventLoop in
      let store = PostgresHistoryStore(options, on: eventLoop)
      let handlers = WorkflowHistoryHandlers(store: store, clock: { Self.now() })
      return Dispatcher(
        [handlers.service(arena: Arena())],
        interceptors: [Gate(calls), HistoryErrorInterceptor()], willDrain: { store.close() })
    }
    running.withLock { $0 = (server, loop) }
  }

  func stop() async {
    guard let (server, loop) = running.withLock({ $0.take() }) else { return }
    await server.stop()
    await loop.stop()
  }

  /// A client of alice's, or of another user.
  func client(_ user: String = "alice") async throws -> WorkflowHistoryClient {
    try await WorkflowHistoryClient(
      of: address, .plaintext, token: .constant(user),
      options: ClientOptions(retries: nil, reconnection: .brief))
  }

  private static func now() -> Timestamp {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
  }
}

extension Backoff {
  /// As good as none.
  static let brief = Backoff(initial: .milliseconds(1), maximum: .milliseconds(5))
}

/// The calls that have come, and what becomes of those to come.
final class Calls: Sendable {
  enum Fate {
    /// It is carried out, and the answer lost.
    case loseAnswer
    /// It never arrives.
    case loseRequest
  }

  private let counts = Mutex<[String: Int]>([:])
  private let fates = Mutex<[String: Fate]>([:])

  func count(_ method: String) -> Int { counts.withLock { $0[method, default: 0] } }

  /// The next call of a method meets this.
  func set(_ fate: Fate, of method: String) { fates.withLock { $0[method] = fate } }

  fileprivate func note(_ method: String) { counts.withLock { $0[method, default: 0] += 1 } }
  fileprivate func takeFate(of method: String) -> Fate? {
    fates.withLock { $0.removeValue(forKey: method) }
  }
}

/// Takes a token at its word.
private final class Gate: ServerInterceptor {
  private let calls: Calls

  init(_ calls: Calls) { self.calls = calls }

  private struct Lost {}
  private static let loss = RPCStatus(.unavailable, "lost")

  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(
      admit: { call in
        let authorization = call.metadata["authorization"] ?? ""
        call[Principal.self] = Principal(
          userID: String(authorization.dropFirst("Bearer ".count)), scopes: [.historyWrite])
        self.calls.note(method.name)
        switch self.calls.takeFate(of: method.name) {
        case .loseRequest: throw Self.loss
        case .loseAnswer: call[Lost.self] = Lost()
        case nil: break
        }
        return nil
      },
      conclude: { call, error in call[Lost.self] == nil ? error : Self.loss })
  }
}
