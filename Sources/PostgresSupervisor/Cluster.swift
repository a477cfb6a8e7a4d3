internal import Foundation
internal import PrivateFiles

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The private cluster on disk, and the commands that act on it. Callers hold the start lock.
struct Cluster: Sendable {
  static let database = "workflow_history"

  let directory: String
  let dataDirectory: String
  let user: ServerUser
  let binaries: PostgresBinaries

  var log: String { directory + "/postgres.log" }

  /// The cluster's major version; nil when there is no cluster yet.
  static func major(in directory: String) throws(PostgresSupervisorError) -> Int? {
    do {
      guard let bytes = try PrivateFile.read(directory + "/PG_VERSION") else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let major = Int(text.prefix { $0.isNumber }) else {
        throw PostgresSupervisorError("\(directory)/PG_VERSION is damaged: '\(text)'")
      }
      return major
    } catch let error as FileError {
      throw PostgresSupervisorError(error)
    } catch let error as PostgresSupervisorError {
      throw error
    } catch {
      throw PostgresSupervisorError("\(error)")
    }
  }

  /// Makes the cluster beside its place and renames it there when it is whole, so that a crash in
  /// the middle leaves nothing that looks like one.
  func create() async throws(PostgresSupervisorError) {
    let unfinished = directory + ".unfinished"
    let files = FileManager.default
    if files.fileExists(atPath: unfinished) {
      do { try files.removeItem(atPath: unfinished) } catch {
        throw PostgresSupervisorError("can't remove \(unfinished): \(error.localizedDescription)")
      }
    }
    try await writing { () throws(FileError) in try PrivateFile.makeDirectory(unfinished) }
    try user.own(unfinished)
    try await succeed(
      binaries.initdb,
      [
        "--pgdata=\(unfinished)", "--username=\(Self.database)", "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--data-checksums",
      ], what: "initdb")
    try await write(ClusterSettings.main, to: unfinished + "/postgresql.conf")
    try await write(ClusterSettings.authentication, to: unfinished + "/pg_hba.conf")
    try await write("", to: "\(unfinished)/\(ClusterSettings.fileName)")
    try await succeed(
      binaries.postgres, ["--single", "-D", unfinished, "postgres"],
      input: "CREATE DATABASE \(Self.database);\n", what: "making the database")
    try await writing { () throws(FileError) in
      guard rename(unfinished, directory) == 0 else {
        throw FileError(operation: "rename \(unfinished) to", path: directory, code: errno)
      }
      try PrivateFile.synchronize(directory: dataDirectory)
    }
  }

  /// Starts Postgres, and returns when it takes connections, after crash recovery if need be.
  func start(socketDirectory: String) async throws(PostgresSupervisorError) {
    try await write(
      ClusterSettings.text(socketDirectory: socketDirectory),
      to: "\(directory)/\(ClusterSettings.fileName)")
    #if os(Linux)
      // Postgres itself would refuse to start if the process id in a stale file is by now that of
      // another process of its user, or a zombie's. We know better, hold the lock, and the socket's
      // directory is ours alone.
      unlink(directory + "/postmaster.pid")
      unlink("\(socketDirectory)/.s.PGSQL.\(SocketDirectory.port).lock")
    #endif
    rotateLog()
    let answer = try await user.command(
      binaries.control,
      ["start", "-w", "-t", "86400", "-s", "-D", directory, "-l", log]
    ).run()
    guard answer.status == 0 else {
      throw PostgresSupervisorError(
        "Postgres did not start: \(lastComplaint() ?? answer.output) (see \(log))")
    }
  }

  /// Stops Postgres: fast, then at once if half a minute was not enough.
  func stop() async throws(PostgresSupervisorError) {
    for (mode, seconds) in [("fast", "30"), ("immediate", "10")] {
      let answer = try await user.command(
        binaries.control, ["stop", "-w", "-s", "-m", mode, "-t", seconds, "-D", directory]
      ).run()
      if answer.status == 0 || Postmaster.alive(in: directory) == nil { return }
    }
    throw PostgresSupervisorError("Postgres did not stop within 40 s (see \(log))")
  }

  private func succeed(
    _ executable: String, _ arguments: [String], input: String = "", what: String
  ) async throws(PostgresSupervisorError) {
    let answer = try await user.command(executable, arguments, input: Array(input.utf8)).run()
    guard answer.status == 0 else {
      let lines = answer.output.split(separator: "\n")
      let reason = lines.last { $0.contains("error") || $0.contains("FATAL") } ?? lines.last ?? ""
      throw PostgresSupervisorError("\(what) failed: \(reason)")
    }
  }

  private func write(_ text: String, to path: String) async throws(PostgresSupervisorError) {
    try await writing { () throws(FileError) in
      try PrivateFile.write(Array(text.utf8), to: path)
    }
    try user.own(path)
  }

  private func writing(
    _ body: () throws(FileError) -> Void
  ) async throws(PostgresSupervisorError) {
    do { try body() } catch { throw PostgresSupervisorError(error) }
  }

  /// Keeps the log and one before it, each of some 10 MB.
  private func rotateLog() {
    var status = stat()
    if stat(log, &status) == 0, status.st_size > 10_000_000 { rename(log, log + ".1") }
  }

  /// The newest line in which Postgres says why it gave up.
  private func lastComplaint() -> String? {
    guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").suffix(50).last { $0.contains("FATAL:") }
    return line.map { String($0[($0.range(of: "FATAL:")?.lowerBound ?? $0.startIndex)...]) }
  }
}
