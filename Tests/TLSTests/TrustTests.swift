import TLS
import Testing

@Suite("Whom a TLS client trusts")
struct TrustTests {
  let certificates: Certificates

  init() throws { certificates = try .make() }

  /// Shakes hands, and says what the client ran into.
  private func connect(
    to files: Certificates.Server, as host: String, trusting authority: String? = nil
  ) throws -> (client: OurPeer, wire: Wire) {
    let authority = authority ?? certificates.authority
    let client = OurPeer(
      try TLSSession(client: .client(trusting: authority), host: host))
    let server = OurPeer(
      try TLSSession(server: .server(certificateChain: files.chain, privateKey: files.key)))
    var wire = Wire(client, server)
    wire.pass()
    return (client, wire)
  }

  @Test(
    "a certificate for the host, by name or address", arguments: ["localhost", "127.0.0.1", "::1"])
  func hosts(host: String) throws {
    let (client, wire) = try connect(to: certificates.localhost, as: host)
    #expect(wire.clientError == nil)
    #expect(client.session.state == .established)
  }

  @Test("a wildcard that stands for one label", arguments: ["a.example.com", "A.EXAMPLE.com"])
  func wildcard(host: String) throws {
    let (client, _) = try connect(to: certificates.wildcard, as: host)
    #expect(client.session.state == .established)
  }

  @Test(
    "no certificate for another host",
    arguments: [
      "other.example", "localhost.example", "sub.localhost", "127.0.0.2", "::2", "local",
    ])
  func otherHost(host: String) throws {
    let (client, wire) = try connect(to: certificates.localhost, as: host)
    #expect(client.session.state == .handshaking)
    let error = try #require(wire.clientError as? TLSError)
    #expect(error.description.hasPrefix("the peer's certificate: "))
    #expect(error.description.contains("mismatch"), "\(error)")
    #expect(wire.serverError is TLSError, "the server hears of it by an alert")
  }

  @Test(
    "no wildcard for more or less than a label",
    arguments: ["example.com", "a.b.example.com", "partial.example.net"])
  func wildcardLabels(host: String) throws {
    let (client, _) = try connect(to: certificates.wildcard, as: host)
    #expect(client.session.state == .handshaking)
  }

  @Test("no host that stands only in the certificate's subject")
  func subjectOnly() throws {
    let (client, wire) = try connect(to: certificates.subjectOnly, as: "localhost")
    #expect(client.session.state == .handshaking)
    #expect(wire.clientError is TLSError)
  }

  @Test("no issuer that is not among those it was given")
  func untrusted() throws {
    let (client, wire) = try connect(to: certificates.untrusted, as: "localhost")
    #expect(client.session.state == .handshaking)
    let error = try #require(wire.clientError as? TLSError)
    #expect(
      error.description == "the peer's certificate: unable to get local issuer certificate")
    let trusting = try connect(
      to: certificates.untrusted, as: "localhost", trusting: certificates.stranger)
    #expect(trusting.client.session.state == .established)
  }

  @Test("no certificate that has expired")
  func expired() throws {
    let (client, wire) = try connect(to: certificates.expired, as: "localhost")
    #expect(client.session.state == .handshaking)
    let error = try #require(wire.clientError as? TLSError)
    #expect(error.description == "the peer's certificate: certificate has expired")
  }

  @Test("nobody without a name to hold them to", arguments: ["", "localhost\0.evil.example"])
  func noName(host: String) throws {
    let context = try TLSContext.client(trusting: certificates.authority)
    let error = #expect(throws: TLSError.self) {
      try TLSSession(client: context, host: host)
    }
    #expect(error?.description.contains("is not a host's name") == true)
  }
}

@Suite("A TLS context's files")
struct TLSFileTests {
  let certificates: Certificates

  init() throws { certificates = try .make() }

  private func refusal(chain: String, key: String) throws -> String {
    let error = #expect(throws: TLSError.self) {
      try TLSContext.server(certificateChain: chain, privateKey: key)
    }
    let description = try #require(error).description
    #expect(!description.contains("\n"))
    return description
  }

  @Test("a file that is missing is named, and the reason said")
  func missing() throws {
    let files = certificates.localhost
    let missing = certificates.path("missing.pem")
    #expect(
      try refusal(chain: missing, key: files.key)
        == "the certificate \(missing): No such file or directory")
    let key = try refusal(chain: files.chain, key: missing)
    #expect(key.hasPrefix("the private key \(missing)"))
    #expect(key.hasSuffix(": No such file or directory"))
    let error = #expect(throws: TLSError.self) { try TLSContext.client(trusting: missing) }
    #expect(error?.description == "the certificates \(missing): No such file or directory")
  }

  @Test("a file that holds no certificate is named", arguments: ["text.pem", "empty.pem"])
  func notPEM(name: String) throws {
    let files = certificates.localhost
    let path = certificates.path(name)
    #expect(try refusal(chain: path, key: files.key).hasPrefix("the certificate \(path): "))
    #expect(try refusal(chain: files.chain, key: path).hasPrefix("the private key \(path) "))
    let error = #expect(throws: TLSError.self) { try TLSContext.client(trusting: path) }
    #expect(error?.description.hasPrefix("the certificates \(path): ") == true)
  }

  @Test("a key that is another certificate's is named, with the certificate")
  func wrongKey() throws {
    let chain = certificates.localhost.chain
    for key in [certificates.other.key, certificates.rsa.key] {
      let said = try refusal(chain: chain, key: key)
      #expect(said.hasPrefix("the private key \(key) "))
      #expect(said.contains(chain))
    }
  }

  @Test("an encrypted key is refused, and nobody is asked for its passphrase")
  func encryptedKey() throws {
    let key = certificates.path("encrypted.key")
    let said = try refusal(chain: certificates.localhost.chain, key: key)
    #expect(said.hasPrefix("the private key \(key) "))
  }

  @Test("an error leaves none behind for the next")
  func noStaleErrors() throws {
    let files = certificates.localhost
    _ = try refusal(chain: certificates.path("missing.pem"), key: files.key)
    #expect(throws: Never.self) {
      try TLSContext.server(certificateChain: files.chain, privateKey: files.key)
    }
  }
}
