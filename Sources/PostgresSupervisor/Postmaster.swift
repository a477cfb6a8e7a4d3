internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a cluster's `postmaster.pid` says of a postmaster that lives.
struct Postmaster: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// On its way up, which may be through crash recovery.
    case starting
    /// It takes connections.
    case ready
    case stopping
  }

  var pid: pid_t
  var state: State

  /// The living postmaster of a cluster; nil when there is none, whatever the file says.
  static func alive(in cluster: String) -> Postmaster? {
    guard let lines = lines(of: cluster + "/postmaster.pid"), let pid = pid_t(lines[0]),
      Identity.of(pid, in: cluster).mayBePostgres
    else { return nil }
    let state: State =
      switch lines.count > 7 ? lines[7].prefix(5) : "" {
      case "ready": .ready
      case "stopp": .stopping
      default: .starting
      }
    return Postmaster(pid: pid, state: state)
  }

  /// Whether the postmaster of process id `pid` has ended. One that was our child is reaped.
  static func hasEnded(_ pid: pid_t, in cluster: String) -> Bool {
    waitpid(pid, nil, WNOHANG)
    return !Identity.of(pid, in: cluster).mayBePostgres
  }

  /// Removes a lock file of Postgres's (`postmaster.pid`, or the socket's) where Postgres would
  /// refuse to start for it although it is stale: its process id is by now that of another program
  /// of the same user, or a zombie's, or the file was never filled.
  ///
  /// All else is left for Postgres to judge. The caller holds the cluster's process lock and has
  /// seen that no Postgres runs in the cluster. Where the system can't tell what a process is, the
  /// file stays.
  static func removeStale(_ lockFile: String, of cluster: String) {
    #if os(Linux)
      guard let lines = lines(of: lockFile) else { return }
      if let pid = pid_t(lines[0]) {
        guard kill(pid, 0) == 0, !Identity.of(pid, in: cluster).mayBePostgres else { return }
      }
      unlink(lockFile)
    #endif
  }

  /// The processes of Postgres that run in a cluster, as far as the system shows them.
  static func processes(of cluster: String) -> [pid_t] {
    #if os(Linux)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { pid_t($0) }.filter { Identity.of($0, in: cluster) == .postgres }
    #else
      return []
    #endif
  }

  private static func lines(of path: String) -> [Substring]? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}

/// Whose a process id is, seen from a cluster. It may be another program's by now, or a zombie's.
private enum Identity {
  case nobody
  case stranger
  case postgres
  /// The system doesn't tell.
  case unknown

  var mayBePostgres: Bool { self == .postgres || self == .unknown }

  /// On Linux a Postgres is known by its name and its working directory, which is the cluster.
  static func of(_ pid: pid_t, in cluster: String) -> Identity {
    guard pid > 0, kill(pid, 0) == 0 || errno == EPERM else { return .nobody }
    #if os(Linux)
      guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = status.lastIndex(of: ")")
      else { return kill(pid, 0) == 0 || errno == EPERM ? .unknown : .nobody }
      if status[end...].hasPrefix(") Z") || status[end...].hasPrefix(") X") { return .nobody }
      guard status[...end].hasSuffix("(postgres)") else { return .stranger }
      var place = stat()
      var home = stat()
      // A container may have taken from root the right to look (CAP_SYS_PTRACE).
      guard stat("/proc/\(pid)/cwd", &place) == 0, stat(cluster, &home) == 0 else {
        return .unknown
      }
      return place.st_ino == home.st_ino && place.st_dev == home.st_dev ? .postgres : .stranger
    #else
      return .unknown
    #endif
  }
}
