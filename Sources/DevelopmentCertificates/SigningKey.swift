internal import Crypto
internal import X509

/// A private key on P-256: small and quick, and every client of TLS 1.2 takes it.
struct SigningKey {
  private let key: P256.Signing.PrivateKey

  init() {
    key = P256.Signing.PrivateKey()
  }

  /// Reads PEM, PKCS #8 or SEC 1; nil when it is something else.
  init?(pem: String) {
    guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else { return nil }
    self.key = key
  }

  var pemRepresentation: String { key.pemRepresentation + "\n" }
  var signer: Certificate.PrivateKey { Certificate.PrivateKey(key) }
  var publicKey: Certificate.PublicKey { signer.publicKey }
}
