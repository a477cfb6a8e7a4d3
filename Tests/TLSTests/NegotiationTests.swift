import COpenSSL
import TLS
import Testing

@Suite("What a TLS server agrees to")
struct NegotiationTests {
  let certificates: Certificates

  init() throws { certificates = try .make() }

  private func server(_ files: Certificates.Server? = nil) throws -> OurPeer {
    let files = files ?? certificates.localhost
    return OurPeer(
      try TLSSession(server: .server(certificateChain: files.chain, privateKey: files.key)))
  }

  /// The alert that a server ends a handshake with in the clear (RFC 8446, section 6).
  private func alert(_ wire: Wire) -> UInt8? {
    let said = wire.fromServer
    guard said.count >= 7, said[0] == 21 else { return nil }
    return said[6]
  }

  @Test(
    "h2 wherever it stands in the offer",
    arguments: [
      ["h2"], ["http/1.1", "h2"], ["h2", "http/1.1"], ["h2c", "h3", "spdy/3", "h2", "x"],
      ["xh", "2h", "h2"],
    ])
  func h2(offer: [String]) throws {
    let client = try PlainPeer(protocols: offer)
    let server = try server()
    var wire = Wire(client, server, .random(seed: 1))
    wire.pass()
    #expect(wire.serverError == nil)
    #expect(server.session.state == .established)
    #expect(client.isEstablished)
    #expect(client.chosenProtocol == "h2")
  }

  @Test(
    "no offer without h2, and the alert is no_application_protocol",
    arguments: [["http/1.1"], ["h2c"], ["h", "2"], ["xh2", "h22"]])
  func withoutH2(offer: [String]) throws {
    let client = try PlainPeer(protocols: offer)
    let server = try server()
    var wire = Wire(client, server)
    wire.pass()
    #expect(server.session.state == .handshaking)
    #expect(!client.isEstablished)
    #expect(alert(wire) == 120)
    let error = try #require(wire.serverError as? TLSError)
    #expect(error.description.hasPrefix("the TLS handshake: "), "\(error)")
  }

  @Test(
    "http/1.1 where it is taken, and no h2 is offered, or nothing at all",
    arguments: [
      (["http/1.1"], "http/1.1"), (["x", "http/1.1"], "http/1.1"), (["http/1.1", "h2"], "h2"),
      (["http/1.0", "http/1.12"], nil), ([], "http/1.1"),
    ] as [([String], String?)])
  func http1(offer: [String], chosen: String?) throws {
    let client = try PlainPeer(protocols: offer)
    let files = certificates.localhost
    let server = OurPeer(
      try TLSSession(
        server: .server(
          certificateChain: files.chain, privateKey: files.key, takesHTTP1: true)))
    var wire = Wire(client, server)
    wire.pass()
    #expect(client.isEstablished == (chosen != nil))
    #expect(chosen == nil || client.chosenProtocol == (offer.isEmpty ? "" : chosen))
    #expect(server.session.isHTTP1 == (chosen == "http/1.1"))
  }

  @Test(
    "no client without ALPN where it would speak http/1.1",
    arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func withoutALPN(version: Int32) throws {
    let server = try server()
    var wire = Wire(try PlainPeer(versions: version...version, protocols: []), server)
    wire.pass()
    #expect(server.session.state == .handshaking)
    let error = wire.serverError as? TLSError
    #expect(error?.description == "the peer did not agree on h2 by ALPN")
    #expect(throws: TLSError.self) { try server.receive([23, 3, 3]) }
  }

  @Test("TLS 1.3 where the client has it")
  func prefersTLS13() throws {
    let client = try PlainPeer()
    let server = try server()
    var wire = Wire(client, server)
    wire.pass()
    #expect(server.session.version == "TLSv1.3")
  }

  @Test("not TLS 1.1 or older, and the alert is protocol_version", arguments: [0x0301, 0x0302])
  func refusesOldVersions(version: Int32) throws {
    let server = try server()
    let client = try PlainPeer(versions: version...version)
    var wire = Wire(client, server)
    wire.pass()
    #expect(server.session.state == .handshaking)
    #expect(wire.serverError is TLSError)
    #expect(alert(wire) == 70)
  }

  @Test(
    "TLS 1.2 with an AEAD cipher and forward secrecy",
    arguments: [
      ("ECDHE-ECDSA-AES128-GCM-SHA256", false), ("ECDHE-ECDSA-AES256-GCM-SHA384", false),
      ("ECDHE-ECDSA-CHACHA20-POLY1305", false), ("ECDHE-RSA-AES128-GCM-SHA256", true),
      ("ECDHE-RSA-AES256-GCM-SHA384", true), ("ECDHE-RSA-CHACHA20-POLY1305", true),
    ])
  func tls12(cipher: String, isRSA: Bool) throws {
    let client = try PlainPeer(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: cipher)
    let server = try server(isRSA ? certificates.rsa : certificates.localhost)
    var wire = Wire(client, server)
    wire.pass()
    #expect(wire.serverError == nil)
    #expect(server.session.state == .established)
    #expect(server.session.version == "TLSv1.2")
    #expect(client.cipher == cipher)
  }

  @Test(
    "no other cipher of TLS 1.2, and the alert is handshake_failure",
    arguments: [
      ("ECDHE-ECDSA-AES128-SHA", false), ("ECDHE-RSA-AES128-SHA256", true), ("AES128-SHA", true),
      ("AES128-GCM-SHA256", true), ("DHE-RSA-AES128-GCM-SHA256", true),
    ])
  func refusesOtherCiphers(cipher: String, isRSA: Bool) throws {
    let server = try server(isRSA ? certificates.rsa : certificates.localhost)
    let client = try PlainPeer(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: cipher)
    var wire = Wire(client, server)
    wire.pass()
    #expect(server.session.state == .handshaking)
    #expect(wire.serverError is TLSError)
    #expect(alert(wire) == 40)
  }
}
