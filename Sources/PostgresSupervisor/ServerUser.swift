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

  /// The user for a cluster: for root, whoever owns it, or `postgres` where there is none yet.
  static func find(for cluster: String) throws(PostgresSupervisorError) -> ServerUser {
    guard geteuid() == 0 else {
      return ServerUser(name: "", uid: geteuid(), gid: getegid(), isOther: false)
    }
    var status = stat()
    if stat(cluster, &status) == 0, status.st_uid != 0 {
      let name = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) }
      return ServerUser(
        name: name ?? "\(status.st_uid)", uid: status.st_uid, gid: status.st_gid, isOther: true)
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
    _ executable: String, _ arguments: [String]
  ) throws(PostgresSupervisorError) -> Command {
    guard isOther else { return Command(executable, arguments) }
    for tool in ["/usr/bin/setpriv", "/bin/setpriv"]
    where FileManager.default.isExecutableFile(atPath: tool) {
      let become = ["--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
      return Command(tool, become + [executable] + arguments)
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
    let steps = directory.split(separator: "/").reduce(into: [String]()) { steps, name in
      steps.append("\(steps.last ?? "")/\(name)")
    }
    let walk = #"for step; do cd -- "$step" 2> /dev/null || { printf %s "$step"; exit 1; }; done"#
    let answer = try await command("/bin/sh", ["-c", walk, "sh"] + steps).run()
    guard answer.status == 0 else {
      throw PostgresSupervisorError(
        "Postgres runs as the user \(name), which can't enter \(answer.output): choose another "
          + "--data-dir, such as /var/lib/workflow-history, or run `chmod o+x \(answer.output)`")
    }
  }
}
