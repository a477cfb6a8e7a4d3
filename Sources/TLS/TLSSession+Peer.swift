internal import COpenSSL

extension TLSSession {
  /// What the peer's certificate calls it (subjectAltName, RFC 5280, section 4.2.1.6):
  /// `DNS:worker-7.example`, `URI:spiffe://example/executor`, `email:ops@example`. Empty where it has
  /// shown none, or none that is trusted. Names that are not ASCII without controls are left out.
  public var peerNames: [String] {
    guard SSL_get_verify_result(ssl) == Int(X509_V_OK), let certificate = ssl_peer_certificate(ssl)
    else { return [] }
    defer { X509_free(certificate) }
    let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
    guard let names = found.map({ OpaquePointer($0) }) else { return [] }
    defer { GENERAL_NAMES_free(names) }
    return (0..<general_names_count(names)).compactMap { index in
      var bytes: UnsafePointer<UInt8>?
      var length: Int32 = 0
      let kind = general_name_bytes(names, index, &bytes, &length)
      guard let prefix = Self.prefixes[kind], let bytes else { return nil }
      let text = UnsafeBufferPointer(start: bytes, count: Int(length))
      guard !text.isEmpty, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
      return prefix + String(decoding: text, as: UTF8.self)
    }
  }

  private static let prefixes: [Int32: String] = [
    GEN_DNS: "DNS:", GEN_URI: "URI:", GEN_EMAIL: "email:",
  ]
}
