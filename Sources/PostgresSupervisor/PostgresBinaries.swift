internal import Foundation

/// One installed PostgreSQL server.
struct PostgresBinaries: Equatable, Sendable {
  /// The directory that holds initdb and postgres.
  var directory: String
  /// The major version, such as 15.
  var major: Int

  var initdb: String { directory + "/initdb" }
  var postgres: String { directory + "/postgres" }

  static let none = PostgresSupervisorError(
    "no PostgreSQL server was found: install one (`apt-get install postgresql`, or "
      + "`brew install postgresql@17`), or name a database with --database")

  /// Chooses a server for a cluster of version `major`, or for a new one when that is nil.
  static func find(
    major: Int?, in directories: [String]? = nil
  ) async throws(PostgresSupervisorError) -> PostgresBinaries {
    var installed: [PostgresBinaries] = []
    for directory in directories ?? candidates() {
      if let binaries = await at(directory) { installed.append(binaries) }
    }
    guard let newest = installed.max(by: { $0.major < $1.major }) else { throw none }
    guard let major else { return newest }
    guard let fitting = installed.first(where: { $0.major == major }) else {
      throw PostgresSupervisorError(
        "the data directory was made by PostgreSQL \(major), but only "
          + Set(installed.map(\.major)).sorted().map { "\($0)" }.joined(separator: ", ")
          + " is installed: install postgresql-\(major), or move the data with pg_upgrade")
    }
    return fitting
  }

  /// Where servers are installed: PATH, then Debian's and Homebrew's directories, which are not
  /// on PATH, and Red Hat's.
  private static func candidates() -> [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    var directories = path.split(separator: ":").map(String.init)
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
      directories += names.sorted().map { "\(parent)/\($0)/bin" }
    }
    let versioned = (13...30).map { "/usr/pgsql-\($0)/bin" }
    return directories + versioned
  }

  private static func at(_ directory: String) async -> PostgresBinaries? {
    let files = FileManager.default
    guard
      ["initdb", "postgres"].allSatisfy({
        files.isExecutableFile(atPath: "\(directory)/\($0)")
      }), let answer = try? await Command("\(directory)/postgres", ["--version"]).run(),
      // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "... 18beta1"
      let version = answer.output.split(separator: " ").dropFirst(2).first,
      let major = Int(version.prefix { $0.isNumber })
    else { return nil }
    return PostgresBinaries(directory: directory, major: major)
  }
}
