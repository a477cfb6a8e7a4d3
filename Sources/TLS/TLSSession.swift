internal import COpenSSL

/// One TLS connection with no socket: ciphertext goes in and plaintext comes out, and the other
/// way about.
///
/// Not `Sendable`: it lives with its connection.
public final class TLSSession {
  /// How a session stands.
  public enum State: Sendable {
    /// The handshake is under way: nothing can be sent yet.
    case handshaking
    /// Plaintext goes both ways.
    case established
    /// The peer said that it will send no more (close_notify).
    case ended
  }

  /// How the session stands.
  public private(set) var state = State.handshaking
  let ssl: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  private let context: TLSContext

  /// The largest plaintext of one record (RFC 8446, section 5.1).
  private static let recordSize = 16_384

  /// A server's side of a new connection.
  public convenience init(server context: TLSContext) throws(TLSError) {
    try self.init(context)
    SSL_set_accept_state(ssl)
  }

  /// A client's side of a new connection to the server that is named `host`, which its
  /// certificate must be for; a numeric address is one too.
  public convenience init(client context: TLSContext, host: String) throws(TLSError) {
    try self.init(context)
    SSL_set_connect_state(ssl)
    let parameters = SSL_get0_param(ssl)
    if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1 {
      ERR_clear_error()
      // To OpenSSL no name means any name, and a name ends at its first NUL.
      guard !host.isEmpty, !host.utf8.contains(0), SSL_set1_host(ssl, host) == 1,
        ssl_set_server_name(ssl, host) == 1
      else { throw .fromQueue("\"\(host)\" is not a host's name") }
    }
    // Names stand in subjectAltName, and a wildcard is a whole label (RFC 9525, section 6.3).
    SSL_set_hostflags(
      ssl, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    try advanceHandshake()
  }

  private init(_ context: TLSContext) throws(TLSError) {
    ERR_clear_error()
    guard let ssl = SSL_new(context.context) else { throw .fromQueue("making a TLS session") }
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(ssl)
      throw .fromQueue("making a TLS session")
    }
    SSL_set_bio(ssl, incoming, outgoing)
    self.ssl = ssl
    self.incoming = incoming
    self.outgoing = outgoing
    self.context = context
  }

  deinit { SSL_free(ssl) }

  /// Takes ciphertext, goes on with the handshake, and hands over what plaintext there is.
  ///
  /// After an error, ``takeOutgoing(_:)`` has the alert that tells the peer. What comes after
  /// the session has ended is dropped.
  public func receive(_ ciphertext: RawSpan, _ plaintext: (RawSpan) -> Void) throws(TLSError) {
    guard ciphertext.byteCount > 0, state != .ended else { return }
    let taken = ciphertext.withUnsafeBytes { bytes in
      BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
    }
    guard taken == ciphertext.byteCount else { throw .fromQueue("reading") }
    if state == .handshaking { try advanceHandshake() }
    if state == .established { try read(plaintext) }
  }

  private func advanceHandshake() throws(TLSError) {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      // OpenSSL asks its ALPN callback only about a peer that offers something.
      guard context.takesHTTP1 || !applicationProtocol.isEmpty else {
        throw TLSError("the peer did not agree on h2 by ALPN")
      }
      state = .established
    } else if SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ {
      let verdict = SSL_get_verify_result(ssl)
      guard verdict == Int(X509_V_OK) else {
        ERR_clear_error()
        let reason = String(cString: X509_verify_cert_error_string(verdict))
        throw TLSError("the peer's certificate: \(reason)")
      }
      throw .fromQueue("the TLS handshake")
    }
  }

  private func read(_ plaintext: (RawSpan) -> Void) throws(TLSError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.recordSize, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      ERR_clear_error()
      var count = 0
      if SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count) == 1 {
        plaintext(UnsafeRawBufferPointer(rebasing: buffer[..<count]).bytes)
        continue
      }
      switch SSL_get_error(ssl, 0) {
      case SSL_ERROR_WANT_READ: return
      case SSL_ERROR_ZERO_RETURN:
        state = .ended
        return
      default: throw .fromQueue("reading")
      }
    }
  }

  /// Encrypts plaintext; only once the session is established.
  public func send(_ plaintext: RawSpan) throws(TLSError) {
    guard plaintext.byteCount > 0 else { return }
    ERR_clear_error()
    // Into memory a write is never partial, so one call takes it all, in as many records.
    let sent = plaintext.withUnsafeBytes { bytes in
      var count = 0
      return SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count) == 1 && count == bytes.count
    }
    guard sent else { throw .fromQueue("writing") }
  }

  /// Tells the peer that no more will be sent (close_notify).
  public func close() {
    guard state != .handshaking else { return }
    ERR_clear_error()
    SSL_shutdown(ssl)
  }

  /// Hands over the ciphertext that is to be sent to the peer, if any. `ciphertext` must not call
  /// the session.
  public func takeOutgoing(_ ciphertext: (RawSpan) -> Void) {
    var start: UnsafeRawPointer?
    let count = bio_contents(outgoing, &start)
    guard count > 0 else { return }
    ciphertext(UnsafeRawBufferPointer(start: start, count: count).bytes)
    bio_empty(outgoing)
  }

  /// Whether a connection that begins with these bytes speaks TLS: its first record holds a
  /// handshake message (RFC 8446, section 5.1). HTTP/2's preface begins with `P`.
  public static func isHandshake(_ bytes: RawSpan) -> Bool {
    bytes.withUnsafeBytes { $0.first == 22 }
  }

  /// The versions that there are.
  public static let versions = ["TLSv1.2", "TLSv1.3"]

  /// The negotiated version, such as "TLSv1.3".
  public var version: String { String(cString: SSL_get_version(ssl)) }

  /// Whether it goes on with the keys of an earlier session.
  public var isResumed: Bool { SSL_session_reused(ssl) == 1 }

  /// Whether the peers speak `http/1.1`, and not `h2`: they agreed on it, or on nothing.
  public var isHTTP1: Bool {
    let agreed = applicationProtocol
    guard !agreed.isEmpty else { return context.takesHTTP1 && state != .handshaking }
    return agreed.elementsEqual("http/1.1".utf8)
  }

  /// What the peers agreed on by ALPN; empty where they have not.
  private var applicationProtocol: UnsafeBufferPointer<UInt8> {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    return UnsafeBufferPointer(start: name, count: Int(length))
  }
}
