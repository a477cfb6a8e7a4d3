internal import Foundation
internal import SwiftASN1
internal import X509

/// The server's certificate and the authority's, as they stand in one file.
struct CertificateChain {
  private let server: Certificate
  private let issuers: [Certificate]

  /// Reads PEM; nil when there is none, or anything else in it.
  init?(pem: String?) {
    guard let pem, let documents = try? PEMDocument.parseMultiple(pemString: pem),
      let certificates = try? documents.map(Certificate.init(pemDocument:)),
      let server = certificates.first
    else { return nil }
    self.server = server
    issuers = Array(certificates.dropFirst())
  }

  /// Whether a server that has this key can go on with this chain.
  func serves(
    key: SigningKey, names: ServerNames, under authority: Authority, at now: Date
  ) -> Bool {
    guard server.isFresh(at: now), server.publicKey == key.publicKey,
      issuers == [authority.certificate], authority.signed(server),
      let present = try? server.extensions.subjectAlternativeNames
    else { return false }
    return Set(names.names).isSubset(of: present)
  }
}

extension Certificate {
  /// The certificate as PEM.
  func pem() throws -> [UInt8] {
    Array("\(try serializeAsPEM().pemString)\n".utf8)
  }
}
