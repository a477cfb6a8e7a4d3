import Foundation
internal import Postgres
public import Reactor

/// A Postgres of its own for tests: a new cluster in a temporary directory, reached by a Unix
/// socket. Its watcher ends and removes it when this process ends, however it ends.
public final class PostgresCluster: @unchecked Sendable {
  /// What went wrong with the cluster itself.
  public struct Failure: Error, CustomStringConvertible {
    /// What failed.
    public let description: String
  }

  /// The one that suites share, each test with databases of its own.
  public static let shared = Task { try PostgresCluster() }

  /// Where it lies, and where its socket is.
  public let directory: String
  private let binaries: String
  private let account: passwd?
  // Changed by `start()` alone, which one test at a time calls.
  private var server: Process?
  private var lifeline: Pipe?

  /// Makes a cluster and starts it.
  public convenience init() throws {
    try self.init(
      madeBy: "initdb", ["-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"])
  }

  /// Makes a standby of another cluster and starts it.
  public convenience init(standbyOf primary: PostgresCluster) throws {
    try self.init(
      madeBy: "pg_basebackup", ["-d", primary.conninfo(), "-R", "-N", "-c", "fast"])
  }

  private init(madeBy program: String, _ arguments: [String]) throws {
    binaries = try Self.findBinaries()
    account = getuid() == 0 ? getpwnam("postgres")?.pointee : nil
    var template = Array("/tmp/wh-postgres-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary directory") }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    if let account { chown(directory, account.pw_uid, account.pw_gid) }
    try run(program, ["-D", data] + arguments)
    try watch()
    try start()
  }

  private var data: String { directory + "/data" }

  /// How to connect to a database of it.
  public func conninfo(database: String = "postgres") -> String {
    "host=\(directory) user=postgres dbname=\(database)"
  }

  /// Starts the server and waits until it takes connections.
  public func start() throws {
    for _ in 0..<50 {
      let server = command(
        binaries + "/postgres",
        [
          "-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "fsync=off",
          "-c", "max_connections=200", "-c", "log_min_messages=fatal",
          // Its transactions would come at times of its own, and hold back readers of the change log.
          "-c", "autovacuum=off",
        ])
      server.standardOutput = FileHandle.nullDevice
      server.standardError = FileHandle.nullDevice
      try server.run()
      self.server = server
      while server.isRunning {
        if isReady(server.processIdentifier) { return }
        usleep(10_000)
      }
      // A server that was killed may leave processes, which must end before the next can start.
      usleep(50_000)
    }
    throw Failure(description: "the server does not start in \(directory)")
  }

  /// Starts what ends the server and removes it when nobody holds the other end of a pipe.
  private func watch() throws {
    let lifeline = Pipe()
    let watcher = Process()
    watcher.executableURL = URL(fileURLWithPath: "/bin/sh")
    watcher.arguments = [
      "-c",
      """
      cat > /dev/null
      server=$(head -1 "$0/data/postmaster.pid")
      kill -QUIT $server
      while kill -0 $server; do sleep 0.1; done
      rm -rf "$0"
      """, directory,
    ]
    watcher.standardInput = lifeline
    // Whoever holds one of these keeps the server, or what waits for the tests' output, alive.
    _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    watcher.standardOutput = FileHandle.nullDevice
    watcher.standardError = FileHandle.nullDevice
    try watcher.run()
    self.lifeline = lifeline
  }

  private func isReady(_ server: Int32) -> Bool {
    let pidFile = (try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)) ?? ""
    let lines = pidFile.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 7 && Int32(lines[0]) == server && lines[7].hasPrefix("ready")
  }

  /// Tells the postmaster something.
  public func signal(_ signal: Int32) {
    if let server { kill(server.processIdentifier, signal) }
  }

  /// Makes a standby a primary, and returns when it is one.
  public func promote() throws {
    try run("pg_ctl", ["promote", "-D", data, "-w"])
  }

  /// Kills the postmaster as a crash would.
  public func kill9() {
    guard let server else { return }
    kill(server.processIdentifier, SIGKILL)
    while server.isRunning { usleep(1000) }
  }

  /// Makes an empty database and returns how to connect to it.
  public func makeDatabase(on eventLoop: EventLoop) async throws -> String {
    let name = "test_\(UInt64.random(in: 0...UInt64.max))"
    let connection = try await PostgresConnection.connect(
      to: PostgresOptions(conninfo: conninfo(), statementTimeout: .seconds(60)),
      pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    _ = try await connection.query(Statement("", "CREATE DATABASE \(name)"))
    return conninfo(database: name)
  }

  private func command(_ path: String, _ arguments: [String]) -> Process {
    let process = Process()
    if account == nil {
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
    } else {
      // Postgres refuses to run as root.
      process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
      process.arguments =
        ["--reuid=postgres", "--regid=postgres", "--clear-groups", path] + arguments
    }
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    return process
  }

  private func run(_ program: String, _ arguments: [String]) throws {
    let process = command(binaries + "/" + program, arguments)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(program) failed") }
  }

  private static func findBinaries() throws -> String {
    var candidates = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map(String.init)
    let versions =
      (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    candidates += versions.sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
    for directory in candidates
    where FileManager.default.isExecutableFile(atPath: directory + "/initdb") {
      // What is on the PATH may be a link to one program of many.
      return URL(fileURLWithPath: directory + "/initdb").resolvingSymlinksInPath()
        .deletingLastPathComponent().path
    }
    throw Failure(description: "no initdb: install postgresql")
  }
}
