internal import COpenSSL

/// What the sessions of one server, or of one client, have in common: certificates, versions,
/// ciphers and the protocol `h2`.
///
/// `@unchecked Sendable`: an SSL_CTX is not changed after `init`, and OpenSSL counts its
/// references and guards its session cache with locks of its own.
public final class TLSContext: @unchecked Sendable {
  let context: OpaquePointer
  let isServer: Bool
  /// Whether a client may speak `http/1.1`, which one without ALPN is taken to do.
  let takesHTTP1: Bool

  /// TLS 1.3's suites are all AEAD; these are those of 1.2 that are, with forward secrecy.
  private static let tls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

  /// OpenSSL's own cleaning up at exit frees what threads that still run, or end just then, use; the
  /// system takes back all of it anyway. The first call of the process decides.
  private static let hasNoCleanUpAtExit =
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

  private init(
    _ method: OpaquePointer?, isServer: Bool, takesHTTP1: Bool = false
  ) throws(TLSError) {
    _ = Self.hasNoCleanUpAtExit
    ERR_clear_error()
    guard let context = SSL_CTX_new(method) else { throw .fromQueue("making a TLS context") }
    self.context = context
    self.isServer = isServer
    self.takesHTTP1 = takesHTTP1
    _ = ssl_ctx_set_min_proto_version(context, TLS1_2_VERSION)
    SSL_CTX_set_cipher_list(context, Self.tls12Ciphers)
    ssl_ctx_refuse_renegotiation(context)
    ssl_ctx_release_buffers(context)
    // Else OpenSSL would ask the terminal for an encrypted key's passphrase.
    SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
  }

  deinit { SSL_CTX_free(context) }

  /// A server's context. TLS 1.2 and up; a client must offer `h2` by ALPN (RFC 7301). Where `http/1.1` is
  /// taken it may offer that, or nothing: many programs that have only HTTP/1.1 do without ALPN.
  ///
  /// - Parameters:
  ///   - certificateChain: the path of a PEM file: the server's certificate, then its issuers'.
  ///   - privateKey: the path of a PEM file with the certificate's key.
  ///   - clients: whether clients are asked for certificates.
  ///   - takesHTTP1: whether a client that has no `h2` may have `http/1.1`.
  public static func server(
    certificateChain: String, privateKey: String, clients: TLSClientCertificates = .notAsked,
    takesHTTP1: Bool = false
  ) throws(TLSError) -> TLSContext {
    let tls = try TLSContext(TLS_server_method(), isServer: true, takesHTTP1: takesHTTP1)
    guard SSL_CTX_use_certificate_chain_file(tls.context, certificateChain) == 1 else {
      throw .fromQueue("the certificate \(certificateChain)")
    }
    guard SSL_CTX_use_PrivateKey_file(tls.context, privateKey, SSL_FILETYPE_PEM) == 1 else {
      throw .fromQueue("the private key \(privateKey) of the certificate \(certificateChain)")
    }
    guard SSL_CTX_check_private_key(tls.context) == 1 else {
      ERR_clear_error()
      throw TLSError(
        "the private key \(privateKey) is not that of the certificate \(certificateChain)")
    }
    if takesHTTP1 {
      SSL_CTX_set_alpn_select_cb(tls.context, selectEither, nil)
    } else {
      SSL_CTX_set_alpn_select_cb(tls.context, selectHTTP2, nil)
    }
    try tls.ask(clients)
    return tls
  }

  /// When the certificate ends, in seconds since 1970; nil where there is none.
  public var certificateEnd: Int64? {
    let end = certificate_end(SSL_CTX_get0_certificate(context))
    return end < 0 ? nil : end
  }

  private func ask(_ clients: TLSClientCertificates) throws(TLSError) {
    guard let authorities = clients.authorities else { return }
    guard SSL_CTX_load_verify_locations(context, authorities, nil) == 1,
      let names = SSL_load_client_CA_file(authorities)
    else { throw .fromQueue("the authorities of clients, \(authorities)") }
    // Clients choose a certificate by them.
    SSL_CTX_set_client_CA_list(context, names)
    let mode = SSL_VERIFY_PEER | (clients.areRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
    SSL_CTX_set_verify(context, mode, nil)
    // Sessions that are resumed bring the certificate along, and so may be resumed here alone.
    let id = Array("workflow-history".utf8)
    SSL_CTX_set_session_id_context(context, id, UInt32(id.count))
  }

  /// A client's context, which trusts what the certificates in a PEM file vouch for, or where nil,
  /// what the system trusts.
  public static func client(trusting certificates: String?) throws(TLSError) -> TLSContext {
    let tls = try TLSContext(TLS_client_method(), isServer: false)
    if let certificates {
      guard SSL_CTX_load_verify_locations(tls.context, certificates, nil) == 1 else {
        throw .fromQueue("the certificates \(certificates)")
      }
    } else {
      SSL_CTX_set_default_verify_paths(tls.context)
    }
    SSL_CTX_set_verify(tls.context, SSL_VERIFY_PEER, nil)
    _ = h2.withUnsafeBufferPointer {
      SSL_CTX_set_alpn_protos(tls.context, $0.baseAddress, UInt32($0.count))
    }
    return tls
  }
}

/// `h2` and `http/1.1` as ALPN lists them: the length, then the name.
private let h2: [UInt8] = [2] + Array("h2".utf8)
private let http1: [UInt8] = [8] + Array("http/1.1".utf8)

/// Takes `h2` where the client offers it, and else ends the handshake with the alert
/// no_application_protocol.
private func selectHTTP2(
  _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  length: UnsafeMutablePointer<UInt8>?, offered: UnsafePointer<UInt8>?, offeredLength: UInt32,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  let offered = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
  return select([h2], of: offered, chosen, length)
}

/// Takes `h2` where the client offers it, else `http/1.1`, and else ends the handshake likewise.
private func selectEither(
  _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  length: UnsafeMutablePointer<UInt8>?, offered: UnsafePointer<UInt8>?, offeredLength: UInt32,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  let offered = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
  return select([h2, http1], of: offered, chosen, length)
}

private func select(
  _ wanted: [[UInt8]], of offered: UnsafeBufferPointer<UInt8>,
  _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?
) -> Int32 {
  for name in wanted {
    var rest = offered[...]
    while let size = rest.first {
      let entry = rest.prefix(1 + Int(size))
      if entry.elementsEqual(name) {
        chosen?.pointee = UnsafeBufferPointer(rebasing: entry.dropFirst()).baseAddress
        length?.pointee = size
        return SSL_TLSEXT_ERR_OK
      }
      rest = rest.dropFirst(entry.count)
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
