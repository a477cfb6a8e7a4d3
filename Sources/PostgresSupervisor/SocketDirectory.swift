internal import PrivateFiles

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The directory of the cluster's Unix socket. Only Postgres's user (and root) can enter it, which
/// is why the cluster trusts whoever connects there. Peer authentication would add nothing to the
/// directory's own check, and would tie the cluster to the user names of this machine.
enum SocketDirectory {
  static let port = 5432

  /// The longest path for a socket is 107 bytes on Linux and 103 on macOS, ".s.PGSQL.5432.lock"
  /// and a slash counted.
  static let longest = 103 - 19

  /// The socket that Postgres makes in its directory.
  static func socket(in directory: String) -> String { "\(directory)/.s.PGSQL.\(port)" }

  /// Makes the directory: `postgres-socket` in the data directory, or, when that path is too long
  /// for a socket or has a comma (at which libpq splits a list of hosts), a short one in /tmp whose
  /// name `postgres-socket-path` keeps.
  static func make(
    in dataDirectory: String, for user: ServerUser
  ) throws(PostgresSupervisorError) -> String {
    let beside = dataDirectory + "/postgres-socket"
    if beside.utf8.count <= longest, !beside.contains(",") {
      try PostgresSupervisorError.translating { () throws(FileError) in
        try PrivateFile.makeDirectory(beside)
      }
      try user.own(beside)
      return beside
    }
    let record = dataDirectory + "/postgres-socket-path"
    let recorded = try PostgresSupervisorError.translating { () throws(FileError) in
      try PrivateFile.read(record)
    }
    if let recorded {
      let path = String(decoding: recorded, as: UTF8.self)
      if isPrivate(path, to: user) { return path }
    }
    let path = try PostgresSupervisorError.translating { () throws(FileError) in
      var template = Array("/tmp/workflow-history-XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else {
        throw FileError(operation: "make a directory in", path: "/tmp", code: errno)
      }
      let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      try PrivateFile.write(Array(path.utf8), to: record)
      return path
    }
    try user.own(path)
    return path
  }

  /// Whether the recorded directory is still the one we made: in /tmp anybody could have put
  /// another in its place after it was cleaned away.
  private static func isPrivate(_ path: String, to user: ServerUser) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_uid == user.uid && status.st_mode & 0o077 == 0
  }
}
