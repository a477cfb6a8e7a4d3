import GRPCMessages
import GRPCServices
import Identity
import PostgresHistoryStore
import ProtobufMessages
import RPC
import Reactor
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryService

/// The services of the server, as each loop has them.
struct Services: Sendable {
  private let trust: TokenTrust
  private let policy: TokenPolicy
  private let access: Access
  private let reflection: ReflectionAnswers
  private let retention: RetentionPolicy
  /// What callers have taken, on all loops.
  let use: CallerUse
  private let audit: AuditFile?
  private let log: CallLog

  init(
    trust: TokenTrust, policy: TokenPolicy, reflection access: Access,
    retention: RetentionPolicy, callers: CallerLimits, audit: AuditFile?, log: CallLog
  ) throws {
    use = CallerUse(callers)
    self.audit = audit
    self.retention = retention
    self.log = log
    self.trust = trust
    self.policy = policy
    self.access = access
    let index = try FileDescriptorIndex([
      WorkflowHistoryAPI.fileDescriptorSet, GRPCAPI.fileDescriptorSet,
    ])
    reflection = ReflectionAnswers(
      index,
      services: [WorkflowHistoryAPI.service, GRPCAPI.health, GRPCAPI.reflection].map(\.fullName)
        + [GRPCAPI.reflectionV1Alpha.fullName])
  }

  /// What serves the calls of one loop.
  func dispatcher(store: PostgresHistoryStore, on eventLoop: EventLoop) -> Dispatcher {
    let arena = Arena()
    let health = health(of: store)
    var services = [
      WorkflowHistoryHandlers(store: store, retention: retention) { .now }.service(arena: arena),
      health.service(arena: arena),
    ]
    var open: Set = [GRPCAPI.health.fullName]
    if access != .off { services += reflection.services(arena: arena) }
    if access == .open {
      open.formUnion([GRPCAPI.reflection.fullName, GRPCAPI.reflectionV1Alpha.fullName])
    }
    return Dispatcher(
      services,
      interceptors: interceptors(
        verifier: TokenVerifier(trust, policy: policy), publicServices: open, use: use,
        pause: { await eventLoop.sleep(for: $0) }, audit: audit.map { $0.keep }, log: log),
      willDrain: {
        health.shutDown()
        store.endWatches()
      })
  }

  /// The server as a whole is well as long as it runs; the service of executions is as well as its
  /// database.
  private func health(of store: PostgresHistoryStore) -> HealthRegistry {
    let health = HealthRegistry(
      services: [WorkflowHistoryAPI.service.fullName], status: .serving)
    store.watchConnection { isConnected in
      health.set(
        isConnected ? .serving : .notServing, for: WorkflowHistoryAPI.service.fullName)
    }
    return health
  }
}
