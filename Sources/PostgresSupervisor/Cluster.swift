internal import Foundation
internal import PrivateFiles

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The private cluster on disk, and what is done to it. Callers hold the start lock.
///
/// Every process that works on the cluster's files (initdb, Postgres and each of its backends)
/// keeps the process lock open, which the system drops when the last of them is gone. So there
/// are never two Postgres on one cluster, not even where a process id tells nothing: after it was
/// given to another program, or from within another container.
struct Cluster: Sendable {
  static let database = "workflow_history"

  let dataDirectory: String
  let user: ServerUser
  let binaries: PostgresBinaries

  var directory: String { Self.directory(in: dataDirectory) }
  var log: String { dataDirectory + "/postgres.log" }

  static func directory(in dataDirectory: String) -> String { dataDirectory + "/postgres" }

  /// The cluster's major version; nil when there is no cluster yet.
  static func major(in directory: String) throws(PostgresSupervisorError) -> Int? {
    let file = directory + "/PG_VERSION"
    let bytes = try PostgresSupervisorError.translating { () throws(FileError) in
      try PrivateFile.read(file)
    }
    guard let bytes else { return nil }
    guard
      let major = Int(String(decoding: bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    else { throw PostgresSupervisorError("\(file) is damaged: it holds no version") }
    return major
  }

  /// Takes the process lock, ending what a killed postmaster has left behind: its children see its
  /// death and go, but one in the middle of a long statement only after it. The caller has seen
  /// that there is no postmaster.
  func claim() async throws(PostgresSupervisorError) -> FileLock {
    let lock = try PostgresSupervisorError.translating { () throws(FileError) in
      try FileLock(path: dataDirectory + "/postgres-processes.lock")
    }
    let patience = ContinuousClock.now + .seconds(3)
    let claimed = try await poll(for: .seconds(10)) { () throws(PostgresSupervisorError) -> Bool? in
      let orphans = Postmaster.processes(of: directory)
      for pid in orphans { kill(pid, ContinuousClock.now < patience ? SIGQUIT : SIGKILL) }
      let isFree = try PostgresSupervisorError.translating { () throws(FileError) in
        try lock.tryLock(.exclusive)
      }
      return orphans.isEmpty && isFree ? true : nil
    }
    guard claimed != nil else {
      throw PostgresSupervisorError(
        "processes of an earlier Postgres (perhaps in another container) still use \(directory)")
    }
    return lock
  }

  /// Makes the cluster beside its place and renames it there when it is whole, so that a crash in
  /// the middle leaves nothing that looks like one.
  func create(holding lock: FileLock) async throws(PostgresSupervisorError) {
    let unfinished = directory + ".unfinished"
    let files = FileManager.default
    if files.fileExists(atPath: unfinished) {
      do { try files.removeItem(atPath: unfinished) } catch {
        throw PostgresSupervisorError("can't remove \(unfinished): \(error.localizedDescription)")
      }
    }
    try PostgresSupervisorError.translating { () throws(FileError) in
      try PrivateFile.makeDirectory(unfinished)
    }
    try user.own(unfinished)
    try await succeed(
      binaries.initdb,
      [
        "--pgdata=\(unfinished)", "--username=\(Self.database)", "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--data-checksums",
      ], holding: lock)
    try write(ClusterSettings.main, to: unfinished + "/postgresql.conf")
    try write(ClusterSettings.authentication, to: unfinished + "/pg_hba.conf")
    try write("", to: "\(unfinished)/\(ClusterSettings.fileName)")
    try await succeed(
      binaries.postgres, ["--single", "-D", unfinished, "postgres"],
      input: "CREATE DATABASE \(Self.database);\n", holding: lock)
    try PostgresSupervisorError.translating { () throws(FileError) in
      guard rename(unfinished, directory) == 0 else {
        throw FileError(operation: "rename \(unfinished) to", path: directory, code: errno)
      }
      try PrivateFile.synchronize(directory: dataDirectory)
    }
  }

  /// Starts Postgres, and returns its process id when it has taken the cluster; it may still be
  /// recovering then.
  func launch(
    socketDirectory: String, holding lock: FileLock
  ) async throws(PostgresSupervisorError) -> pid_t {
    try write(
      ClusterSettings.text(socketDirectory: socketDirectory),
      to: "\(directory)/\(ClusterSettings.fileName)")
    Postmaster.removeStale(directory + "/postmaster.pid", of: directory)
    Postmaster.removeStale(SocketDirectory.socket(in: socketDirectory) + ".lock", of: directory)
    let output = try openLog()
    defer { close(output) }
    var command = try user.command(binaries.postgres, ["-D", directory])
    command.kept = lock.descriptor
    let pid = try command.start(output: output)
    let isUp = try await poll(for: .seconds(30)) { () throws(PostgresSupervisorError) -> Bool? in
      if Postmaster.alive(in: directory)?.pid == pid { return true }
      return waitpid(pid, nil, WNOHANG) == pid ? false : nil
    }
    if isUp == nil { kill(pid, SIGKILL) }
    guard isUp == true else { throw failure() }
    return pid
  }

  /// Stops Postgres: fast; at once if half a minute was not enough; and else by force, which its
  /// log makes up for at the next start. It takes 45 s at most.
  func stop(
    fast: Duration = .seconds(30), immediate: Duration = .seconds(10)
  ) async throws(PostgresSupervisorError) {
    for (signal, limit) in [(SIGINT, fast), (SIGQUIT, immediate), (SIGKILL, .seconds(5))] {
      guard let running = Postmaster.alive(in: directory) else { return }
      kill(running.pid, signal)
      let ended = try await poll(for: limit) {
        () throws(PostgresSupervisorError) -> Bool? in
        Postmaster.hasEnded(running.pid, in: directory) ? true : nil
      }
      if ended != nil { return }
    }
    throw PostgresSupervisorError("Postgres did not stop (see \(log))")
  }

  /// Why Postgres is not up, in its own words.
  func failure() -> PostgresSupervisorError {
    let text = (try? PrivateFile.read(log, limit: 100_000_000)) ?? []
    let lines = String(decoding: text.suffix(4096), as: UTF8.self).split(separator: "\n")
    let complaint = lines.last { $0.contains("FATAL:") || $0.contains("PANIC:") } ?? lines.last
    let reason = complaint.map { $0.drop { $0 != "F" && $0 != "P" } } ?? ""
    return PostgresSupervisorError("Postgres did not start: \(reason) (see \(log))")
  }

  private func succeed(
    _ executable: String, _ arguments: [String], input: String = "", holding lock: FileLock
  ) async throws(PostgresSupervisorError) {
    var command = try user.command(executable, arguments)
    command.input = Array(input.utf8)
    command.kept = lock.descriptor
    let answer = try await command.run()
    guard answer.status == 0 else {
      let lines = answer.output.split(separator: "\n")
      let reason = lines.last { $0.contains("error") || $0.contains("FATAL") } ?? lines.last ?? ""
      throw PostgresSupervisorError("\(executable) failed: \(reason)")
    }
  }

  private func write(_ text: String, to path: String) throws(PostgresSupervisorError) {
    try PostgresSupervisorError.translating { () throws(FileError) in
      _ = try PrivateFile.write(Array(text.utf8), to: path)
    }
    try user.own(path)
  }

  /// Opens the log to append to it; it and the one before it are kept, each of some 10 MB. It lies
  /// outside the cluster, so that root never writes through a link that Postgres's user has made.
  private func openLog() throws(PostgresSupervisorError) -> Int32 {
    var status = stat()
    if stat(log, &status) == 0, status.st_size > 10_000_000 { rename(log, log + ".1") }
    return try PostgresSupervisorError.translating { () throws(FileError) in
      let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw FileError(operation: "write", path: log, code: errno) }
      return file
    }
  }
}
