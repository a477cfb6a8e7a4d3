internal import Foundation
internal import SwiftASN1
internal import X509

/// The certificate authority: a certificate that signs itself, and its key.
struct Authority {
  let certificate: Certificate
  let key: SigningKey

  /// Makes one.
  init(now: Date) throws {
    key = SigningKey()
    let validity = Validity(lifetime: Validity.authority, now: now)
    let name = try DistinguishedName { CommonName("workflow-history development CA") }
    let identifier = SubjectKeyIdentifier(hash: key.publicKey)
    certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      notValidBefore: validity.start, notValidAfter: validity.end, issuer: name, subject: name,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        identifier
        AuthorityKeyIdentifier(keyIdentifier: identifier.keyIdentifier)
      },
      issuerPrivateKey: key.signer)
  }

  /// Reads one from PEM; nil when a part is missing or is something else, and when the parts are
  /// not of the same authority.
  init?(certificate: String?, key: String?) {
    guard let certificate, let key, let signingKey = SigningKey(pem: key),
      let authority = try? Certificate(pemEncoded: certificate),
      authority.publicKey == signingKey.publicKey
    else { return nil }
    self.certificate = authority
    self.key = signingKey
  }

  /// Whether it can sign at `now`, and for some time to come.
  func serves(at now: Date) -> Bool {
    guard case .isCertificateAuthority = try? certificate.extensions.basicConstraints else {
      return false
    }
    return certificate.isFresh(at: now)
  }

  /// Whether this authority signed a certificate.
  func signed(_ other: Certificate) -> Bool {
    other.issuer == certificate.subject
      && key.publicKey.isValidSignature(other.signature, for: other)
  }

  /// Makes a server's certificate, which never outlives the authority's own.
  func sign(server: SigningKey, names: ServerNames, now: Date) throws -> Certificate {
    let validity = Validity(lifetime: Validity.server, now: now)
    let issuer = try certificate.extensions.subjectKeyIdentifier
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: server.publicKey,
      notValidBefore: validity.start,
      notValidAfter: min(validity.end, certificate.notValidAfter),
      issuer: certificate.subject,
      subject: try DistinguishedName { CommonName("localhost") },
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names.names)
        SubjectKeyIdentifier(hash: server.publicKey)
        AuthorityKeyIdentifier(
          keyIdentifier: issuer?.keyIdentifier
            ?? SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
      },
      issuerPrivateKey: key.signer)
  }
}
