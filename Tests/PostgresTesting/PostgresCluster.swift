import Foundation
internal import Postgres
public import Reactor

/// A Postgres of its own for tests: a new cluster in a temporary directory, reached by a Unix
/// socket. Its watcher ends and removes it when this process ends, however it ends.
public final class PostgresCluster: @unchecked Sendable {
  /// What went wrong with the cluster itself.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// The one that suites share, each test with databases of its own.
  public static let shared = Task { try PostgresCluster() }

  /// Where it lies, and where its socket is.
  public let directory: String
  private let binaries: String
  private let account: passwd?
  // Changed by `start()` alone, which one test at a time calls.
  private var watcher: Process?
  private var lifeline: Pipe?

  /// Makes a cluster and starts it.
  public init() throws {
    binaries = try Self.findBinaries()
    account = getuid() == 0 ? getpwnam("postgres")?.pointee : nil
    var template = Array("/tmp/wh-postgres-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary directory") }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    if let account { chown(directory, account.pw_uid, account.pw_gid) }
    try run(
      "initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"])
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
      let lifeline = Pipe()
      let watcher = command(
        "/bin/sh",
        [
          "-c",
          """
          exec 3<&0
          "$0" -D "$1" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 \
            -c log_min_messages=fatal >> "$2/log" 2>&1 3<&- &
          server=$!
          # Reads until the end, which comes when the tests end.
          (cat <&3 > /dev/null; kill -QUIT $server; wait; rm -rf "$2") &
          wait $server
          """,
          binaries + "/postgres", data, directory,
        ])
      watcher.standardInput = lifeline
      try watcher.run()
      self.watcher = watcher
      self.lifeline = lifeline
      while watcher.isRunning {
        if isReady { return }
        usleep(10_000)
      }
      // A server that was killed may leave processes, which must end before the next can start.
      usleep(50_000)
    }
    throw Failure(description: "the server does not start: see \(directory)/log")
  }

  private var isReady: Bool {
    let pidFile = (try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)) ?? ""
    let lines = pidFile.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 7, let pid = Int32(lines[0]), kill(pid, 0) == 0 else { return false }
    return lines[7].hasPrefix("ready")
  }

  /// Kills the postmaster as a crash would.
  public func kill9() throws {
    let pidFile = try String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
    guard let pid = pidFile.split(separator: "\n").first.flatMap({ Int32($0) }) else {
      throw Failure(description: "no postmaster")
    }
    kill(pid, SIGKILL)
    watcher?.waitUntilExit()
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
      return directory
    }
    throw Failure(description: "no initdb: install postgresql")
  }
}
