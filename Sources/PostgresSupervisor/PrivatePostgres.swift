internal import Foundation
public import Logging
internal import PrivateFiles

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

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
  /// Held, and never for over two minutes, by whoever starts or stops Postgres.
  private let startLock: FileLock
  /// Shared by the servers that use Postgres.
  private let users: FileLock
  private let logger: Logger
  private var watch: Task<Void, Never>?
  /// The postmaster that we started, to be reaped when it ends.
  private var child: pid_t?

  /// Starts the private Postgres of a data directory, or adopts the one that runs.
  /// - Parameters:
  ///   - dataDirectory: made when missing; the cluster is `postgres` in it.
  ///   - logger: is told of each start, restart and stop.
  /// - Returns: when Postgres takes connections. A first start makes the cluster, which takes a
  ///   second or two; one after a crash first recovers. When the task is cancelled meanwhile, or
  ///   ten minutes of recovery were not enough, it throws; in the latter case Postgres goes on
  ///   recovering, for the next start to adopt.
  public static func start(
    dataDirectory: String, logger: Logger
  ) async throws(PostgresSupervisorError) -> PrivatePostgres {
    try await start(dataDirectory: dataDirectory, binaryDirectories: nil, logger: logger)
  }

  static func start(
    dataDirectory: String, binaryDirectories: [String]?, logger: Logger
  ) async throws(PostgresSupervisorError) -> PrivatePostgres {
    let absolute = try makeDataDirectory(dataDirectory)
    let (startLock, users) = try PostgresSupervisorError.translating { () throws(FileError) in
      (
        try FileLock(path: absolute + "/postgres-start.lock"),
        try FileLock(path: absolute + "/postgres-users.lock")
      )
    }
    guard try await take(startLock, .exclusive, within: .seconds(120)) else {
      throw PostgresSupervisorError(
        "another server has been starting or stopping the Postgres in \(absolute) for two minutes")
    }
    defer { startLock.unlock() }
    let directory = Cluster.directory(in: absolute)
    let user = try ServerUser.find(for: directory)
    try await user.enter(absolute)
    let binaries = try await PostgresBinaries.find(
      major: Cluster.major(in: directory), in: binaryDirectories)
    let postgres = PrivatePostgres(
      cluster: Cluster(dataDirectory: absolute, user: user, binaries: binaries),
      socketDirectory: try SocketDirectory.make(in: absolute, for: user),
      startLock: startLock, users: users, logger: logger)
    try await postgres.bringUp()
    // Only who holds the start lock ever takes this one alone, so there is nothing to wait for.
    guard try await take(users, .shared, within: .zero) else {
      throw PostgresSupervisorError("can't share \(absolute)/postgres-users.lock")
    }
    startLock.unlock()
    try await postgres.becomeReady()
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
  /// It takes a fraction of a second when nothing is wrong, and two minutes at most. A second call
  /// does nothing.
  public func stop() async {
    guard let watch else { return }
    self.watch = nil
    watch.cancel()
    await watch.value
    await leave()
  }

  /// Ceases to be a user, and stops Postgres where there is no other.
  private func leave() async {
    do {
      guard try await Self.take(startLock, .exclusive, within: .seconds(60)) else {
        users.unlock()
        logger.warning("Postgres is left to the server that is starting or stopping it")
        return
      }
      defer { startLock.unlock() }
      let isLast = try await Self.take(users, .exclusive, within: .zero)
      // Nobody can begin to use it while we hold the start lock.
      users.unlock()
      guard isLast else {
        logger.info("Postgres goes on running for another server")
        return
      }
      try await cluster.stop()
      logger.info("Postgres stopped")
    } catch {
      logger.error("\(error.description)")
    }
  }

  private func beginWatch() {
    watch = Task { [weak self] in
      // Starts in a row that did not bring it up.
      var failures = 0
      while true {
        // At once after a first death; then half a second, doubled each time, half a minute at most.
        let pause = failures < 2 ? 250 : min(30_000, 250 << min(failures - 1, 7))
        try? await Task.sleep(for: .milliseconds(pause))
        guard !Task.isCancelled, let self else { return }
        failures = await self.check(failures: failures)
      }
    }
  }

  /// Starts Postgres again if it has died or lost its socket.
  /// - Returns: how many starts in a row have failed by now.
  private func check(failures: Int) async -> Int {
    if let child, waitpid(child, nil, WNOHANG) != 0 { self.child = nil }
    let running = Postmaster.alive(in: cluster.directory)
    if let running, running.state != .ready { return failures }
    if running != nil, hasSocket { return 0 }
    do {
      // Whoever holds it is at work on Postgres; the next check will see with what success.
      guard try await Self.take(startLock, .exclusive, within: .zero) else { return failures }
      defer { startLock.unlock() }
      logger.warning(
        "Postgres has \(running == nil ? "died" : "lost its socket"); starting it again")
      if failures > 0 { logger.error("\(cluster.failure().description)") }
      try await bringUp()
    } catch {
      logger.error("\(error.description)")
    }
    return failures + 1
  }

  /// Adopts the Postgres that runs, or starts one, after making the cluster if there is none. It
  /// need not take connections yet. The caller holds the start lock.
  private func bringUp() async throws(PostgresSupervisorError) {
    if let running = Postmaster.alive(in: cluster.directory) {
      if running.state == .starting || running.state == .ready && hasSocket {
        logger.info("found Postgres running", metadata: ["pid": "\(running.pid)"])
        return
      }
      // It is on its way down, or nobody can reach it.
      try await cluster.stop()
    }
    let lock = try await cluster.claim()
    if try Cluster.major(in: cluster.directory) == nil {
      logger.info("making a Postgres cluster", metadata: ["directory": "\(cluster.directory)"])
      try await cluster.create(holding: lock)
    }
    let pid = try await cluster.launch(socketDirectory: socketDirectory, holding: lock)
    child = pid
    logger.info("Postgres started", metadata: ["pid": "\(pid)", "log": "\(cluster.log)"])
  }

  /// Waits until Postgres takes connections.
  private func becomeReady() async throws(PostgresSupervisorError) {
    let isReady = try await poll(for: .seconds(600)) {
      () throws(PostgresSupervisorError) -> Bool? in
      if Task.isCancelled { return false }
      guard let running = Postmaster.alive(in: cluster.directory) else { throw cluster.failure() }
      return running.state == .ready ? true : nil
    }
    switch isReady {
    case true?: return
    case false?:
      await leave()
      throw PostgresSupervisorError("the start of Postgres was cancelled")
    case nil:
      throw PostgresSupervisorError("Postgres has not come up in ten minutes (see \(cluster.log))")
    }
  }

  /// Whether the socket is where we look for it.
  private var hasSocket: Bool {
    var status = stat()
    return lstat(SocketDirectory.socket(in: socketDirectory), &status) == 0
      && status.st_mode & S_IFMT == S_IFSOCK
  }

  /// Makes the data directory if need be; its path comes back without links, so that each server
  /// has the same name for it.
  private static func makeDataDirectory(_ path: String) throws(PostgresSupervisorError) -> String {
    try PostgresSupervisorError.translating { () throws(FileError) in
      try PrivateFile.makeDirectory(path, mode: 0o711)
      guard let resolved = realpath(path, nil) else {
        throw FileError(operation: "resolve", path: path, code: errno)
      }
      defer { free(resolved) }
      return String(cString: resolved)
    }
  }

  /// Takes a lock without blocking a thread; false when it was not free in time.
  private static func take(
    _ lock: FileLock, _ mode: FileLock.Mode, within limit: Duration
  ) async throws(PostgresSupervisorError) -> Bool {
    let taken = try await poll(for: limit) { () throws(PostgresSupervisorError) -> Bool? in
      try PostgresSupervisorError.translating { () throws(FileError) in
        try lock.tryLock(mode)
      } ? true : nil
    }
    return taken != nil
  }
}
