internal import Foundation
public import Logging
internal import PrivateFiles

/// The server's own Postgres, in its data directory, on a Unix socket only.
///
/// Several servers may share one: each holds a shared lock, and the last to stop stops Postgres.
/// A server that is killed leaves Postgres running, and the next one adopts it; a Postgres that is
/// killed is started again within about a second.
public actor PrivatePostgres {
  /// How to connect, in libpq's words.
  public nonisolated let conninfo: String

  private let cluster: Cluster
  private let socketDirectory: String
  private let startLock: FileLock
  private let users: FileLock
  private let logger: Logger
  private var watch: Task<Void, Never>?

  /// Starts the private Postgres of a data directory, or adopts the one that runs.
  /// - Parameters:
  ///   - dataDirectory: made when missing; the cluster is `postgres` in it.
  ///   - logger: is told of each start, restart and stop.
  /// - Returns: when Postgres takes connections. A first start makes the cluster, which takes some
  ///   seconds; one after a crash first recovers.
  public static func start(
    dataDirectory: String, logger: Logger
  ) async throws(PostgresSupervisorError) -> PrivatePostgres {
    try await start(dataDirectory: dataDirectory, binaryDirectories: nil, logger: logger)
  }

  static func start(
    dataDirectory: String, binaryDirectories: [String]?, logger: Logger
  ) async throws(PostgresSupervisorError) -> PrivatePostgres {
    let absolute = URL(fileURLWithPath: dataDirectory).standardizedFileURL.path
    let directory = absolute + "/postgres"
    let startLock: FileLock
    let users: FileLock
    do {
      try PrivateFile.makeDirectory(absolute, mode: 0o711)
      startLock = try FileLock(path: absolute + "/postgres-start.lock")
      users = try FileLock(path: absolute + "/postgres-users.lock")
    } catch {
      throw PostgresSupervisorError(error)
    }
    let user = try ServerUser.find()
    try await acquire(startLock, .exclusive)
    defer { startLock.unlock() }
    let binaries = try await PostgresBinaries.find(
      major: Cluster.major(in: directory), in: binaryDirectories)
    try await user.enter(absolute)
    let cluster = Cluster(
      directory: directory, dataDirectory: absolute, user: user, binaries: binaries)
    if try Cluster.major(in: directory) == nil {
      logger.info("making a Postgres cluster", metadata: ["directory": "\(directory)"])
      try await cluster.create()
    }
    let socketDirectory = try SocketDirectory.make(in: absolute, for: user)
    try await bringUp(cluster, socketDirectory: socketDirectory, logger: logger)
    try await acquire(users, .shared)
    let postgres = PrivatePostgres(
      cluster: cluster, socketDirectory: socketDirectory, startLock: startLock, users: users,
      logger: logger)
    await postgres.beginWatch()
    return postgres
  }

  private init(
    cluster: Cluster, socketDirectory: String, startLock: FileLock, users: FileLock,
    logger: Logger
  ) {
    self.cluster = cluster
    self.socketDirectory = socketDirectory
    self.startLock = startLock
    self.users = users
    self.logger = logger
    let host = socketDirectory.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    conninfo =
      "host='\(host)' port=\(SocketDirectory.port) dbname=\(Cluster.database) "
      + "user=\(Cluster.database)"
  }

  /// Stops watching, and stops Postgres unless another server still uses it.
  ///
  /// It returns within some forty seconds whatever Postgres does. A second call does nothing.
  public func stop() async {
    guard let watch else { return }
    self.watch = nil
    watch.cancel()
    await watch.value
    do {
      try await Self.acquire(startLock, .exclusive)
      defer { startLock.unlock() }
      // Nobody can begin to use it while we hold the start lock.
      guard (try? users.tryLock(.exclusive)) == true else {
        users.unlock()
        logger.info("Postgres goes on running for another server")
        return
      }
      defer { users.unlock() }
      try await cluster.stop()
      logger.info("Postgres stopped")
    } catch {
      logger.error("\(error.description)")
    }
  }

  private func beginWatch() {
    watch = Task { [weak self] in
      var failures = 0
      while !Task.isCancelled {
        // Half a second after a first failure, doubled after each, at most half a minute.
        let pause = failures == 0 ? 250 : min(30_000, 250 << min(failures, 7))
        try? await Task.sleep(for: .milliseconds(pause))
        guard !Task.isCancelled, let self else { return }
        failures = await self.check() ? 0 : failures + 1
      }
    }
  }

  /// Starts Postgres again if it has died; false when that failed.
  private func check() async -> Bool {
    if Postmaster.alive(in: cluster.directory) != nil { return true }
    do {
      try await Self.acquire(startLock, .exclusive)
      defer { startLock.unlock() }
      if Postmaster.alive(in: cluster.directory) != nil { return true }
      logger.warning("Postgres has died; starting it again")
      try await Self.bringUp(cluster, socketDirectory: socketDirectory, logger: logger)
      return true
    } catch {
      logger.error("\(error.description)")
      return false
    }
  }

  /// Adopts the Postgres that runs, or starts one. The caller holds the start lock.
  private static func bringUp(
    _ cluster: Cluster, socketDirectory: String, logger: Logger
  ) async throws(PostgresSupervisorError) {
    while let running = Postmaster.alive(in: cluster.directory) {
      guard running.socketDirectory == socketDirectory || !running.isReady else {
        // It listens where nobody can reach it, as after a move of the data directory.
        logger.warning("Postgres listens in another directory; starting it anew")
        try await cluster.stop()
        break
      }
      if running.isReady {
        logger.info("found Postgres running", metadata: ["pid": "\(running.pid)"])
        return
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    let orphans = await Postmaster.endOrphans(of: cluster.directory)
    if orphans > 0 { logger.warning("ended \(orphans) processes of a Postgres that has died") }
    try await cluster.start(socketDirectory: socketDirectory)
    logger.info("Postgres started", metadata: ["directory": "\(cluster.directory)"])
  }

  /// Takes a lock without blocking a thread; whoever holds it is starting or stopping Postgres.
  private static func acquire(
    _ lock: FileLock, _ mode: FileLock.Mode
  ) async throws(PostgresSupervisorError) {
    do {
      while try !lock.tryLock(mode) { try? await Task.sleep(for: .milliseconds(20)) }
    } catch {
      throw PostgresSupervisorError(error)
    }
  }
}
