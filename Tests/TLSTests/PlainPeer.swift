internal import COpenSSL
import Testing

/// A client straight from OpenSSL, for what ours would never do: other versions, ciphers and
/// protocols.
final class PlainPeer: Peer {
  private let context: OpaquePointer
  private let ssl: OpaquePointer
  private let incoming: OpaquePointer
  private let sent: OpaquePointer
  private(set) var isEstablished = false

  /// The reason of a failure, as OpenSSL has it: of an alert, its name.
  struct Failure: Error { let reason: String }

  /// - Parameters:
  ///   - versions: the oldest and the newest that it offers.
  ///   - ciphers: TLS 1.2's that it offers.
  ///   - protocols: what it offers by ALPN; none: no ALPN.
  init(
    versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION, ciphers: String? = nil,
    protocols: [String] = ["h2"]
  ) throws {
    context = try #require(SSL_CTX_new(TLS_client_method()))
    // Old versions and ciphers are off at higher levels.
    SSL_CTX_set_security_level(context, 0)
    if let ciphers { try #require(SSL_CTX_set_cipher_list(context, ciphers) == 1) }
    ssl = try #require(SSL_new(context))
    try #require(SSL_ctrl(ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(versions.lowerBound), nil) == 1)
    try #require(SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(versions.upperBound), nil) == 1)
    if !protocols.isEmpty {
      let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
      try #require(SSL_set_alpn_protos(ssl, list, UInt32(list.count)) == 0)
    }
    incoming = try #require(BIO_new(BIO_s_mem()))
    sent = try #require(BIO_new(BIO_s_mem()))
    SSL_set_bio(ssl, incoming, sent)
    SSL_set_connect_state(ssl)
    try advance()
  }

  deinit {
    SSL_free(ssl)
    SSL_CTX_free(context)
  }

  var chosenProtocol: String {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }

  var cipher: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))) }

  func receive(_ bytes: ArraySlice<UInt8>) throws {
    _ = bytes.withUnsafeBytes { BIO_write(incoming, $0.baseAddress, Int32($0.count)) }
    try advance()
  }

  func outgoing() -> [UInt8] {
    var start: UnsafeRawPointer?
    let count = bio_contents(sent, &start)
    defer { bio_empty(sent) }
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private func advance() throws {
    ERR_clear_error()
    var result = SSL_do_handshake(ssl)
    if result == 1 {
      isEstablished = true
      // An alert may come after the handshake, as this side sees it.
      var byte: UInt8 = 0
      result = SSL_read(ssl, &byte, 1)
    }
    let error = SSL_get_error(ssl, result)
    guard error != SSL_ERROR_WANT_READ, error != SSL_ERROR_ZERO_RETURN else { return }
    throw Failure(reason: String(cString: ERR_reason_error_string(ERR_peek_error())))
  }
}
