import Foundation
import Identity
import Postgres
import Sealing
import TLS

extension Serve {
  /// What is wrong with the files and connection strings that the settings name, each with the place that
  /// names it. Nothing is made, and nobody is connected to.
  func problems(_ origins: [String: SettingOrigin]) async -> [String] {
    var problems: [String] = []
    func note<Failure: Error>(
      _ name: String, _ body: () async throws(Failure) -> Void
    ) async {
      do throws(Failure) {
        try await body()
      } catch {
        problems.append("\(origins[name]?.description ?? "--\(name)"): \(error)")
      }
    }
    await note("jwt-secret-file") { () async throws(TrustError) in try await readTrust() }
    await note("payload-key-file") { _ = try payloadKeys.read() }
    await note("tls-cert") { () throws(TLSError) in
      guard let chain = transport.tlsCert, let key = transport.tlsKey else { return }
      _ = try TLSContext.server(
        certificateChain: chain, privateKey: key, clients: transport.clientCertificates)
    }
    for (name, conninfo) in [("database", database), ("read-database", readDatabase)] {
      await note(name) { () throws(Unusable) in
        guard let conninfo, PostgresOptions.redacted(conninfo: conninfo) == nil else { return }
        throw Unusable(
          description: "no libpq connection string or URI: host=NAME dbname=NAME, or "
            + "postgresql://NAME/NAME")
      }
    }
    await note("data-dir") { () throws(Unusable) in try checkDataDirectory() }
    await note("audit-log") { () throws(Unusable) in try checkAuditLog() }
    return problems
  }

  /// Reads the files of tokens, but for the secret that the server makes when it first starts.
  private func readTrust() async throws(TrustError) {
    let own = dataDirectory.tokenSecret
    var files = authentication.files(secret: own)
    files.identities = transport.identitiesFile
    files.secrets.removeAll { $0 == own && !FileManager.default.fileExists(atPath: own) }
    try await files.check()
  }

  private func checkDataDirectory() throws(Unusable) {
    let files = FileManager.default
    var place = dataDirectory.path
    while !files.fileExists(atPath: place) {
      place = URL(fileURLWithPath: place).deletingLastPathComponent().path
    }
    try check(directory: place, for: dataDirectory.path)
  }

  private func checkAuditLog() throws(Unusable) {
    guard let auditLog else { return }
    let file = URL(fileURLWithPath: auditLog)
    if FileManager.default.fileExists(atPath: auditLog) {
      guard FileManager.default.isWritableFile(atPath: auditLog) else {
        throw Unusable(description: "\(auditLog) can't be written")
      }
    } else {
      try check(directory: file.deletingLastPathComponent().path, for: auditLog)
    }
  }

  private func check(directory: String, for path: String) throws(Unusable) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory),
      isDirectory.boolValue, FileManager.default.isWritableFile(atPath: directory)
    else {
      throw Unusable(
        description: "\(path) can't be made: \(directory) is no directory that can be written")
    }
  }
}

/// Why what a setting names can't be used.
private struct Unusable: Error, CustomStringConvertible {
  let description: String
}
