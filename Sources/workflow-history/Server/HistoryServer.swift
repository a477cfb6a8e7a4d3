import Foundation
import Identity
import Logging
import Postgres
import PostgresHistoryStore
import PostgresSupervisor
import PrivateFiles
import PrometheusMetrics
import ProtobufMessages
import RPC
import RPCServer
import Reactor
import TLS
import Telemetry
import WorkflowHistory
import WorkflowHistoryService

/// A running server with all that it is made of, which it opens from the database up to the sockets, and
/// closes the other way round.
actor HistoryServer {
  let options: Serve
  /// What is counted; nil where nobody may read it.
  let figures: MetricsRegistry?
  let logger: Logger
  private let calls: CallLog
  private var postgres: PrivatePostgres?
  private var loops: [Loop] = []
  /// Of what no call waits for.
  var background: Loop?
  private var server: RPCServer?
  private var stopRequests: StopRequests?
  /// Whether another server may go on at the same address.
  private var keepsAddress = false

  init(options: Serve, figures: MetricsRegistry?, logger: Logger) {
    self.options = options
    self.figures = figures
    self.logger = logger
    calls = CallLog(logger)
  }

  /// Opens all of it, and says when calls are accepted.
  func open() async throws {
    let directory = options.dataDirectory
    try makeDirectories(directory)
    let trust = try await makeTrust(directory)
    let tls = try await makeTLS(directory)
    for number in 0..<options.loopCount { loops.append(try Loop(name: "loop-\(number)")) }
    await observeTurns(of: loops)
    stopRequests = await loops[0].run { StopRequests(on: $0) }
    observe(tls)
    let database = try await openDatabase(directory)
    let replicas = options.readDatabase.map { PostgresOptions(conninfo: $0) }

    try await loops[0].run { eventLoop in
      try await PostgresHistoryStore.migrate(database, now: .now, on: eventLoop)
    }
    let sealing = try await makeSealing(database, on: loops[0])
    try await startKeeping(database, sealing)
    await startTelling()
    let services = try Services(
      trust: trust, policy: options.authentication.policy, reflection: options.reflection,
      retention: options.retention.policy, callers: options.limits.ofCallers,
      audit: try await openAudit(), log: calls)
    let endpoints = try makeEndpoints()
    keepsAddress = endpoints.areInherited
    let firstLoop = loops[0]
    let retention = options.changeLogRetain.duration
    let writes = WriteQueue()
    observe(writes)
    let writers = writersByLoop()
    let server = try await RPCServer.start(
      try serverConfiguration(tls, trust, services.use), endpoints: endpoints.all, loops: loops,
      logger: logger
    ) { eventLoop in
      var limits = PostgresHistoryStore.Limits()
      limits.writers = writers[eventLoop.loop.name] ?? 0
      let store = PostgresHistoryStore(
        database, replicas: replicas, limits: limits, writes: writes, sealing: sealing,
        on: eventLoop)
      try await store.connect()
      store.tellFigures()
      if eventLoop.loop === firstLoop {
        store.keepPartitions(changeLogRetention: retention) { .now }
      }
      return services.dispatcher(store: store, on: eventLoop)
    }
    self.server = server
    announce(server.addresses, directory)
  }

  private func serverConfiguration(
    _ tls: ReloadableTLSContext, _ trust: TokenTrust, _ use: CallerUse
  ) throws -> RPCServerConfiguration {
    var configuration = options.limits.configuration(tls: tls)
    configuration.gateway = try .ofService(resources: resources(trust, use))
    let allowed = options.transport.unixUserIDs
    configuration.unixUserIDs = allowed.isEmpty ? nil : Set(allowed)
    configuration.unixMode = options.transport.unixMode.bits
    let refusals = RefusedCallCounter()
    configuration.refused = { [calls] in
      refusals.count($0)
      calls.tell($0)
    }
    return configuration
  }

  /// How many of the process's connections that write each loop has, by its name.
  private func writersByLoop() -> [String: Int] {
    let names = (0..<Self.writerCount).map { loops[$0 % loops.count].name }
    return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// Few, so that batches are large; more than one, so that one is built while another is committed.
  private static let writerCount = 2

  private func makeDirectories(_ directory: DataDirectory) throws {
    for path in [directory.path, directory.tlsDirectory, directory.path + "/jwt"] {
      try PrivateFile.makeDirectory(path)
    }
  }

  private func openDatabase(_ directory: DataDirectory) async throws -> PostgresOptions {
    guard let conninfo = options.database else {
      let postgres = try await PrivatePostgres.start(dataDirectory: directory.path, logger: logger)
      self.postgres = postgres
      return PostgresOptions(conninfo: postgres.conninfo)
    }
    var database = PostgresOptions(conninfo: conninfo)
    database.keepsSessions = options.databasePreparedStatements == .on
    return database
  }

  /// Folds changes into rollups, learns from them, and takes away what is not kept any longer, on a loop
  /// of their own, so that no call waits for it.
  private func startKeeping(_ database: PostgresOptions, _ sealing: PayloadSealing?) async throws {
    let background = try background ?? Loop(name: "background")
    self.background = background
    await observeTurns(of: [background])
    let interval = options.foldInterval.duration
    await background.run { RollupFolder(database, on: $0).fold(every: interval) }
    if let learning = options.learnInterval.duration {
      await background.run {
        PatternLearner(database, sealing: sealing, on: $0).learn(every: learning)
      }
    }
    let retention = options.retention.policy
    guard retention != .keepsAll else { return }
    await background.run { RetentionKeeper.keep(retention, database, on: $0) { .now } }
  }

  /// Says now and again how many refused calls the log leaves out.
  private func startTelling() async {
    let calls = calls
    await background?.run { eventLoop in
      // The loop keeps the timer.
      _ = eventLoop.timer(after: .seconds(10), repeating: .seconds(10)) { calls.tellOmissions() }
    }
  }

  /// Where the server listens. It says so where that is not secured.
  private func makeEndpoints() throws -> Endpoints {
    let insecure = options.insecureListen?.socketAddress
    if let insecure {
      logger.warning(
        "calls and tokens are readable on the way: no TLS", metadata: ["at": "\(insecure)"])
    }
    return try Endpoints(
      tls: options.listen.socketAddress, unix: options.unixPath, insecure: insecure,
      environment: ProcessInfo.processInfo.environment)
  }

  /// Says in one line where calls are accepted, tells the supervisor, and leaves the address for local
  /// clients.
  private func announce(_ addresses: [SocketAddress], _ directory: DataDirectory) {
    try? Data("\(addresses[0])\n".utf8).write(to: URL(fileURLWithPath: directory.address))
    let places = addresses.map(\.description).joined(separator: ", ")
    // Where nobody reads it, the server serves all the same.
    try? FileHandle.standardOutput.write(
      contentsOf: Data("workflow-history accepts calls on \(places)\n".utf8))
    tellSupervisor(.ready, status: "Accepts calls on \(places)")
  }

  private func tellSupervisor(_ state: NotifySocket.State, status: String) {
    do throws(SystemError) {
      let socket = NotifySocket(environment: ProcessInfo.processInfo.environment)
      try socket?.tell(state, status: status)
    } catch {
      logger.warning("the supervisor was not told: \(error)")
    }
  }

  /// Returns when the process is asked to end, or was while it was opened.
  func untilAskedToStop() async {
    await stopRequests?.first()
    logger.notice("stopping: running calls may end")
    tellSupervisor(.stopping, status: "Running calls may end")
  }

  /// Closes what was opened, the last first.
  func close() async {
    if let server {
      await server.stop()
      calls.tellOmissions()
      if !keepsAddress {
        try? FileManager.default.removeItem(atPath: options.dataDirectory.address)
      }
    }
    for loop in loops { await loop.stop() }
    await background?.stop()
    await postgres?.stop()
  }
}

extension Timestamp {
  /// The time of day.
  static var now: Timestamp {
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded(.down)))
  }
}
