import Foundation
import Identity
import Logging
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
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

/// A server of the service over a store in memory. A token is the name of its user.
struct HistoryServer {
  let server: RPCServer
  let loop: Loop

  /// - Parameters:
  ///   - failure: what the store throws.
  ///   - events: the `authorization` of each call, and "cancelled".
  ///   - hangs: whether calls are never answered.
  ///   - script: what becomes of calls.
  static func start(
    at address: SocketAddress = .tcp(host: "127.0.0.1", port: 0), failure: HistoryError? = nil,
    events: Events = Events(), hangs: Bool = false, script: Script = Script()
  ) async throws -> HistoryServer {
    try await start(at: address) { _ in
      let store = MemoryStore()
      store.failure = failure
      let handlers = WorkflowHistoryHandlers(
        store: store,
        clock: { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) })
      return Dispatcher(
        [handlers.service(arena: Arena())],
        interceptors: [
          Gate(events, script, store, hangs: hangs), HistoryErrorInterceptor(),
        ])
    }
  }

  /// A server of these handlers alone.
  static func start(
    at address: SocketAddress = .tcp(host: "127.0.0.1", port: 0),
    service: @escaping @Sendable (inout RPCService) -> Void
  ) async throws -> HistoryServer {
    try await start(at: address) { _ in
      var handlers = RPCService(WorkflowHistoryAPI.service, arena: Arena())
      service(&handlers)
      return Dispatcher([handlers], interceptors: [])
    }
  }

  private static func start(
    at address: SocketAddress, dispatcher: @escaping @Sendable (EventLoop) -> Dispatcher
  ) async throws -> HistoryServer {
    let loop = try Loop(name: "server")
    let server = try await RPCServer.start(
      RPCServerConfiguration(tls: try TestCertificate.shared.get().server),
      endpoints: [RPCEndpoint(address, .either)], loops: [loop],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      dispatcher: dispatcher)
    return HistoryServer(server: server, loop: loop)
  }

  var address: SocketAddress { server.addresses[0] }

  func connect(
    tls: Bool = false, token: AccessToken = .constant("alice"),
    _ options: ClientOptions = ClientOptions(retries: nil)
  ) async throws -> WorkflowHistoryClient {
    let security: RPCChannel.Security =
      tls ? .tls(try TestCertificate.shared.get().client, host: "localhost") : .plaintext
    return try await WorkflowHistoryClient.connect(
      to: address, security, token: token, options: options)
  }

  func stop() async {
    await server.stop()
    await loop.stop()
  }
}

/// What becomes of the calls that come, one after the other, and what they were.
final class Script: Sendable {
  enum Step {
    /// It is refused, and not carried out.
    case refuse(RPCStatus)
    /// It is carried out, and the answer lost.
    case lose(RPCStatus)
    case serve
  }

  private let steps: Mutex<[Step]>
  /// The ids that were saved.
  let saved = Mutex<[ExecutionID]>([])
  /// Where each call came from.
  let peers = Mutex<[String]>([])

  /// After these, calls are served.
  init(_ steps: Step...) { self.steps = Mutex(steps) }

  func next() -> Step { steps.withLock { $0.isEmpty ? .serve : $0.removeFirst() } }
}

/// Takes a token at its word, or the call for ever.
private final class Gate: ServerInterceptor {
  private let events: Events
  private let script: Script
  private let store: MemoryStore
  private let hangs: Bool

  init(_ events: Events, _ script: Script, _ store: MemoryStore, hangs: Bool) {
    self.events = events
    self.script = script
    self.store = store
    self.hangs = hangs
  }

  /// The status of an answer that is lost.
  private struct Loss { let status: RPCStatus }

  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(
      admit: { call in
        let authorization = call.metadata["authorization"] ?? ""
        self.events.record(authorization)
        self.script.peers.withLock { $0.append(call.peer.address) }
        call[Principal.self] = Principal(
          userID: String(authorization.dropFirst("Bearer ".count)), scopes: [.historyWrite])
        switch self.script.next() {
        case .refuse(let status): throw status
        case .lose(let status): call[Loss.self] = Loss(status: status)
        case .serve: break
        }
        guard self.hangs else { return nil }
        return {
          await untilCancelled()
          self.events.record("cancelled")
        }
      },
      conclude: { call, error in
        self.script.saved.withLock { saved in
          saved = self.store.requests.compactMap {
            if case .save(let save) = $0 { save.execution.id } else { nil }
          }
        }
        return call[Loss.self]?.status ?? error
      })
  }
}

/// Keeps what a client waits between attempts, and does not wait.
final class Waits: Sendable {
  private let waits = Mutex<[Duration]>([])

  var all: [Duration] { waits.withLock(\.self) }

  /// Without jitter: each wait is the longest there is.
  var backoff: Backoff {
    Backoff(random: { 1 }, sleep: { wait in self.waits.withLock { $0.append(wait) } })
  }
}

/// What a call of a client throws; nil where it is answered.
func error<T>(_ call: () async throws -> T) async -> WorkflowHistoryError? {
  await failure(call) as? WorkflowHistoryError
}
