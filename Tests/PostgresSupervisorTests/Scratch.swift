import Foundation
import Logging
import Testing

@testable import PostgresSupervisor

/// A directory of a test's own, and the processes that it starts there.
final class Scratch {
  let path: String
  let data: String
  private var servers: [ServerProcess] = []
  private var others: [pid_t] = []

  var cluster: String { Cluster.directory(in: data) }
  var postmasterFile: String { cluster + "/postmaster.pid" }
  var postmaster: Postmaster? { Postmaster.alive(in: cluster) }

  private init(_ name: String) throws {
    var template = Array("/tmp/supervisor-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(path, 0o755)
    data = "\(path)/\(name)"
  }

  /// Runs a test, and ends and removes all that it made, also when it fails.
  static func with(
    _ name: String = "data", _ test: (Scratch) async throws -> Void
  ) async throws {
    let scratch = try Scratch(name)
    do { try await test(scratch) } catch {
      await scratch.cleanUp()
      throw error
    }
    await scratch.cleanUp()
  }

  func start(binaryDirectories: [String]? = nil) async throws -> PrivatePostgres {
    try await Self.start(data, binaryDirectories: binaryDirectories)
  }

  static func start(
    _ data: String, binaryDirectories: [String]? = nil
  ) async throws -> PrivatePostgres {
    try await PrivatePostgres.start(
      dataDirectory: data, binaryDirectories: binaryDirectories,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// A server in another process; `user` is a process user to become, where we are root.
  func startProcess(user: uid_t? = nil) throws -> ServerProcess {
    let server = try ServerProcess(scratch: path, data: data, user: user)
    servers.append(server)
    try server.awaitReady()
    return server
  }

  /// Starts a program as Postgres's user; whoever asked for it reaps it.
  func startOther(_ executable: String, _ arguments: [String]) throws -> pid_t {
    let nothing = open("/dev/null", O_WRONLY)
    defer { close(nothing) }
    let pid = try ServerUser.find(for: cluster).command(executable, arguments)
      .start(output: nothing)
    others.append(pid)
    return pid
  }

  /// Ends the servers of other processes, as a crash does.
  func killServers() {
    for server in servers { server.kill() }
  }

  private func cleanUp() async {
    killServers()
    for pid in others {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    _ = await eventually {
      let left = Postmaster.processes(of: cluster) + (postmaster.map { [$0.pid] } ?? [])
      for pid in left {
        kill(pid, SIGKILL)
        waitpid(pid, nil, WNOHANG)
      }
      return left.isEmpty
    }
    if let socketDirectory = try? String(
      contentsOfFile: data + "/postgres-socket-path", encoding: .utf8)
    {
      try? FileManager.default.removeItem(atPath: socketDirectory)
    }
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// Asks until the answer is yes; false after a minute without one.
func eventually(_ question: () async -> Bool) async -> Bool {
  let end = ContinuousClock.now + .seconds(60)
  while ContinuousClock.now < end {
    if await question() { return true }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return false
}

/// What psql says to one statement.
func query(_ conninfo: String, _ statement: String) async throws -> String {
  let answer = try await Command(
    "/usr/bin/env", ["psql", "-X", "-q", "-A", "-t", "-c", statement, conninfo]
  ).run()
  guard answer.status == 0 else { throw QueryError(description: answer.output) }
  return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
}

struct QueryError: Error, CustomStringConvertible {
  var description: String
}

/// Whether a table that was filled with one row is there, asked until Postgres answers.
func keepsItsRow(_ conninfo: String) async -> Bool {
  await eventually { (try? await query(conninfo, "SELECT n FROM kept")) == "42" }
}

func keepRow(_ conninfo: String) async throws {
  _ = try await query(conninfo, "CREATE TABLE kept AS SELECT 42 AS n")
}

let isRoot = geteuid() == 0
