import DevelopmentCertificates
import Foundation
import Identity
import Logging
import Postgres
import PostgresHistoryStore
import Reactor
import Sealing
import TLS

extension HistoryServer {
  /// The keys that tokens are held against, which are read anew when their files change.
  func makeTrust(_ directory: DataDirectory) async throws -> TokenTrust {
    let files = trustFiles(directory)
    if files.secrets == [directory.tokenSecret] {
      _ = try SigningKey.loadOrCreate(path: directory.tokenSecret)
    }
    let seen = SeenFiles(files.paths)
    let trust = try await files.read()
    let logger = logger
    try await watch(seen) {
      do throws(TrustError) {
        try await files.reread(into: trust)
        logger.notice("the keys of tokens were read anew")
      } catch {
        logger.error("the keys of tokens stay as they were: \(error)")
      }
    }
    return trust
  }

  /// The audit log, which is opened anew when another file takes its path.
  func openAudit() async throws -> AuditFile? {
    guard let path = options.auditLog else { return nil }
    let audit = try AuditFile(path: path, logger: logger)
    try await watch(SeenFiles([])) { audit.reopen() }
    return audit
  }

  /// How content is sealed, with keys that are read anew when their file changes; nil where it is not.
  func makeSealing(_ database: PostgresOptions, on loop: Loop) async throws -> PayloadSealing? {
    guard let path = options.payloadKeys.file else { return nil }
    let seen = SeenFiles([path])
    let keys = try PayloadKeys(path: path)
    let sealing = try await loop.run { try await PayloadSealing.prepare(keys, database, on: $0) }
    let logger = logger
    try await watch(seen) {
      do {
        try sealing.replace(try PayloadKeys(path: path))
        logger.notice("the keys of payloads were read anew")
      } catch {
        logger.error("the keys of payloads stay as they were: \(error)")
      }
    }
    return sealing
  }

  private func trustFiles(_ directory: DataDirectory) -> TrustFiles {
    var files = options.authentication.files(secret: directory.tokenSecret)
    files.identities = options.transport.identitiesFile
    return files
  }

  /// Calls `changed` when files change, on the loop of what no call waits for.
  private func watch(_ files: SeenFiles, changed: @escaping @Sendable () async -> Void) async throws
  {
    let loop = try background ?? Loop(name: "background")
    background = loop
    await loop.run { _ = FileWatch(files, on: $0, changed: changed) }
  }

  /// The server's certificate, which is read anew when its files change.
  func makeTLS(_ directory: DataDirectory) async throws -> ReloadableTLSContext {
    let (chain, key) = try certificate(directory)
    let clients = options.transport.clientCertificates
    let seen = SeenFiles([chain, key] + [options.transport.clientAuthorities].compactMap { $0 })
    let tls = ReloadableTLSContext(
      try .server(certificateChain: chain, privateKey: key, clients: clients, takesHTTP1: true))
    let logger = logger
    try await watch(seen) {
      do throws(TLSError) {
        tls.replace(
          with: try .server(
            certificateChain: chain, privateKey: key, clients: clients, takesHTTP1: true))
        logger.notice("the certificates were read anew")
      } catch {
        logger.error("the certificates stay as they were: \(error)")
      }
    }
    return tls
  }

  /// The paths of the certificate's chain and its key.
  private func certificate(_ directory: DataDirectory) throws -> (chain: String, key: String) {
    if let chain = options.transport.tlsCert, let key = options.transport.tlsKey {
      return (chain, key)
    }
    let made = try DevelopmentCertificates.ensure(
      in: directory.tlsDirectory, hostName: ProcessInfo.processInfo.hostName, now: Date())
    return (made.serverChainPath, made.serverKeyPath)
  }
}
