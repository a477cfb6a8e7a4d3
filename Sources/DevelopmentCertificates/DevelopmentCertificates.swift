public import Foundation
internal import PrivateFiles

/// The certificates of a server that was given none: a certificate authority of its own, and a
/// server certificate which that authority signed. Clients are told to trust `caPath`.
public struct DevelopmentCertificates: Equatable, Sendable {
  /// The authority's certificate, PEM: what a client trusts.
  public let caPath: String
  /// The server's certificate and then the authority's, PEM.
  public let serverChainPath: String
  /// The server's private key, PEM (PKCS #8).
  public let serverKeyPath: String

  private let caKeyPath: String
  private let lockPath: String

  private init(directory: String) {
    caPath = "\(directory)/ca.pem"
    caKeyPath = "\(directory)/ca.key"
    serverChainPath = "\(directory)/server.pem"
    serverKeyPath = "\(directory)/server.key"
    lockPath = "\(directory)/lock"
  }

  /// Makes what is missing in a directory, and renews what is about to expire.
  ///
  /// The authority lasts ten years and is kept for as long as it serves, since clients trust it;
  /// the server certificate lasts 397 days, the most that some clients take. It is made again,
  /// under the same key, when less than 30 days are left, when the authority did not sign it, and
  /// when it lacks a name. Files that hold something else are written over. Keys have mode 0600,
  /// and processes that call this at the same time end with the same files.
  ///
  /// - Parameters:
  ///   - tlsDirectory: made, for its owner alone, when missing.
  ///   - hostName: a name for the server certificate beside localhost, 127.0.0.1 and ::1; left
  ///     out when it isn't a host name as DNS has them.
  ///   - now: the time by which expiry is judged.
  public static func ensure(
    in tlsDirectory: String, hostName: String, now: Date
  ) throws(DevelopmentCertificatesError) -> DevelopmentCertificates {
    let files = DevelopmentCertificates(directory: tlsDirectory)
    do {
      try PrivateFile.makeDirectory(tlsDirectory)
      let lock = try FileLock(path: files.lockPath)
      try lock.lock(.exclusive)
      defer { lock.unlock() }
      let authority = try files.authority(now: now)
      try files.renewServer(under: authority, names: ServerNames(hostName: hostName), now: now)
    } catch let error as FileError {
      throw DevelopmentCertificatesError(description: error.description)
    } catch {
      throw DevelopmentCertificatesError(
        description: "can't make development certificates in \(tlsDirectory): \(error)")
    }
    return files
  }

  private func authority(now: Date) throws -> Authority {
    if let authority = Authority(
      certificate: try PrivateFile.readText(caPath), key: try PrivateFile.readText(caKeyPath)),
      authority.serves(at: now)
    {
      return authority
    }
    let authority = try Authority(now: now)
    // The key goes first: a certificate on disk without its key could never be used again.
    try PrivateFile.write(Array(authority.key.pemRepresentation.utf8), to: caKeyPath)
    try PrivateFile.write(try authority.certificate.pem(), to: caPath, mode: 0o644)
    return authority
  }

  /// The key is kept where it can be, so that a server that is just reading the two files never
  /// gets a certificate and a key that don't fit.
  private func renewServer(
    under authority: Authority, names: ServerNames, now: Date
  ) throws {
    let oldKey = try PrivateFile.readText(serverKeyPath).flatMap(SigningKey.init(pem:))
    let key = oldKey ?? SigningKey()
    let chain = CertificateChain(pem: try PrivateFile.readText(serverChainPath))
    if let chain, chain.serves(key: key, names: names, under: authority, at: now) { return }
    if oldKey == nil {
      try PrivateFile.write(Array(key.pemRepresentation.utf8), to: serverKeyPath)
    }
    let renewed = try authority.sign(server: key, names: names, now: now)
    try PrivateFile.write(
      renewed.pem() + authority.certificate.pem(), to: serverChainPath, mode: 0o644)
  }
}

extension PrivateFile {
  /// A whole file as text; nil when there is none.
  fileprivate static func readText(_ path: String) throws(FileError) -> String? {
    try read(path).map { String(decoding: $0, as: UTF8.self) }
  }
}
