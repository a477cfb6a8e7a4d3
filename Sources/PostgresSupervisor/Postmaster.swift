internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a cluster's `postmaster.pid` says, and whether it is true.
struct Postmaster: Equatable, Sendable {
  var pid: pid_t
  /// The directory of its socket.
  var socketDirectory: String
  /// Whether it accepts connections; false while it recovers or shuts down.
  var isReady: Bool

  /// The living postmaster of a cluster; nil when there is none, whatever the file says.
  static func alive(in cluster: String) -> Postmaster? {
    guard let text = try? String(contentsOfFile: cluster + "/postmaster.pid", encoding: .utf8)
    else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let pid = pid_t(first), isPostgres(pid, of: cluster) else {
      return nil
    }
    return Postmaster(
      pid: pid, socketDirectory: lines.count > 4 ? String(lines[4]) : "",
      isReady: lines.count > 7 && lines[7].hasPrefix("ready"))
  }

  /// Whether the process is a Postgres of this cluster. A process id may by now be another
  /// program's, or a zombie's: on Linux a Postgres is known by its working directory, which is
  /// the cluster.
  static func isPostgres(_ pid: pid_t, of cluster: String) -> Bool {
    // Where orphans are handed to us (as process 1 in a container), they are ours to reap.
    waitpid(pid, nil, WNOHANG)
    guard kill(pid, 0) == 0 || errno == EPERM else { return false }
    #if os(Linux)
      guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = status.lastIndex(of: ")"), !status[end...].hasPrefix(") Z"),
        status.contains("(postgres)")
      else { return false }
      var place = stat()
      var home = stat()
      // Without the right to look (a container without CAP_SYS_PTRACE), its name must do.
      guard stat("/proc/\(pid)/cwd", &place) == 0, stat(cluster, &home) == 0 else { return true }
      return place.st_ino == home.st_ino && place.st_dev == home.st_dev
    #else
      return true
    #endif
  }

  /// Ends what a killed postmaster left behind. Its children see its death and go, but one in the
  /// middle of a long statement goes only after it, and until then the shared memory is in use and
  /// no postmaster can start.
  static func endOrphans(of cluster: String) async -> Int {
    #if os(Linux)
      let orphans = { () -> [pid_t] in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var home = stat()
        guard stat(cluster, &home) == 0 else { return [] }
        return names.compactMap { pid_t($0) }.filter { pid in
          var place = stat()
          return stat("/proc/\(pid)/cwd", &place) == 0 && place.st_ino == home.st_ino
            && place.st_dev == home.st_dev && isPostgres(pid, of: cluster)
        }
      }
      let found = orphans()
      for pid in found { kill(pid, SIGQUIT) }
      for _ in 0..<100 where !orphans().isEmpty { try? await Task.sleep(for: .milliseconds(20)) }
      for pid in orphans() { kill(pid, SIGKILL) }
      for _ in 0..<100 where !orphans().isEmpty { try? await Task.sleep(for: .milliseconds(20)) }
      return found.count
    #else
      return 0
    #endif
  }
}
