import ArgumentParser
import Foundation

/// Where a server keeps what it needs between starts.
struct DataDirectory: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      "The server's data directory: its Postgres, certificates and token secret. Or set "
        + "WORKFLOW_HISTORY_DATA_DIR.", valueName: "dir"))
  var named: String?

  /// Its absolute path.
  var path: String {
    let name =
      named ?? ProcessInfo.processInfo.environment["WORKFLOW_HISTORY_DATA_DIR"]
      ?? ".workflow-history"
    return URL(fileURLWithPath: name).standardizedFileURL.path
  }

  var tlsDirectory: String { path + "/tls" }
  var certificateAuthority: String { path + "/tls/ca.pem" }
  var tokenSecret: String { path + "/jwt/secret" }
  /// Where the running server says at which address it listens.
  var address: String { path + "/address" }
}
