internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The user that Postgres runs as: ours, or an unprivileged one when we are root, since Postgres
/// refuses to run as root.
struct ServerUser: Sendable {
  var name: String
  var uid: uid_t
  var gid: gid_t
  /// Whether we are root and must become another.
  var isOther: Bool

  static func find() throws(PostgresSupervisorError) -> ServerUser {
    guard geteuid() == 0 else {
      return ServerUser(name: "", uid: geteuid(), gid: getegid(), isOther: false)
    }
    guard let entry = getpwnam("postgres") else {
      throw PostgresSupervisorError(
        "Postgres can't run as root, and there is no user 'postgres' to run it as: make one "
          + "(`useradd --system postgres`), or start the server as another user")
    }
    return ServerUser(
      name: "postgres", uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid, isOther: true)
  }

  /// The command as this user runs it.
  func command(
    _ executable: String, _ arguments: [String], input: [UInt8] = []
  ) throws(PostgresSupervisorError) -> Command {
    guard isOther else { return Command(executable, arguments, input: input) }
    for tool in ["/usr/bin/setpriv", "/bin/setpriv"]
    where FileManager.default.isExecutableFile(atPath: tool) {
      let become = ["--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
      return Command(tool, become + [executable] + arguments, input: input)
    }
    throw PostgresSupervisorError(
      "to run Postgres as the user \(name), setpriv is needed: install util-linux, or start the "
        + "server as another user than root")
  }

  /// Gives a file or directory to this user.
  func own(_ path: String) throws(PostgresSupervisorError) {
    guard !isOther || lchown(path, uid, gid) == 0 else {
      throw PostgresSupervisorError(
        "can't give \(path) to the user \(name): \(String(cString: strerror(errno)))")
    }
  }

  /// Sees to it that this user can enter `directory`: opens the directory itself, whose files have
  /// modes of their own, but never those above it, which are not ours.
  func enter(_ directory: String) async throws(PostgresSupervisorError) {
    guard isOther else { return }
    var status = stat()
    if stat(directory, &status) == 0, status.st_uid == 0, status.st_mode & 0o001 == 0 {
      chmod(directory, status.st_mode & 0o7777 | 0o001)
    }
    var path = ""
    for part in directory.split(separator: "/") {
      path += "/\(part)"
      let check = try await command("/bin/sh", ["-c", "cd -- \"$1\"", "sh", path]).run()
      guard check.status == 0 else {
        throw PostgresSupervisorError(
          "Postgres runs as the user \(name), which can't enter \(path): choose another "
            + "--data-dir, such as /var/lib/workflow-history, or run `chmod o+x \(path)`")
      }
    }
  }
}
