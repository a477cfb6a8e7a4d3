import FileTesting
import DevelopmentCertificates
import Foundation
import Testing

@Suite("The development certificates")
struct CertificateTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
  }

  @Test("are where the server and its clients look for them")
  func paths() throws {
    let files = try fixture.ensure()
    #expect(files.caPath == fixture.file("ca.pem"))
    #expect(files.serverChainPath == fixture.file("server.pem"))
    #expect(files.serverKeyPath == fixture.file("server.key"))
  }

  @Test("have keys for their owner alone")
  func modes() throws {
    try fixture.ensure()
    for name in ["ca.key", "server.key"] { #expect(try mode(of: fixture.file(name)) == 0o600) }
    for name in ["ca.pem", "server.pem"] { #expect(try mode(of: fixture.file(name)) == 0o644) }
    #expect(try mode(of: fixture.path) == 0o700)
  }

  @Test(
    "name the server by localhost, its addresses and the host's name",
    arguments: [
      ["-verify_hostname", "localhost"], ["-verify_hostname", "host.example"],
      ["-verify_hostname", "HOST.example"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"],
    ])
  func names(check: [String]) throws {
    try fixture.ensure(hostName: "Host.example")
    #expect(try fixture.isTrusted(check))
  }

  @Test(
    "name the server by nothing else",
    arguments: [
      ["-verify_hostname", "example"], ["-verify_hostname", "a.localhost"],
      ["-verify_ip", "127.0.0.2"], ["-verify_ip", "::"],
    ])
  func otherNames(check: [String]) throws {
    try fixture.ensure()
    #expect(try fixture.isTrusted(check) == false)
  }

  @Test("leave out a host name that DNS would not have", arguments: invalidNames)
  func invalidName(hostName: String) throws {
    try fixture.ensure(hostName: hostName)
    #expect(
      try fixture.text(of: "server.pem").contains(
        "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1\n"))
    #expect(try fixture.isTrusted())
  }

  static let invalidNames = [
    "", ".", "localhost", "LOCALHOST", "a_b", "-a.example", "a-.example", "a..b", "a.", "*.example",
    "10.0.0.1", "::1", "12345", "zoë.example", "a b", String(repeating: "a", count: 64),
    Array(repeating: String(repeating: "a", count: 50), count: 5).joined(separator: "."),
  ]

  @Test("take the longest label and a name that starts with a digit")
  func unusualNames() throws {
    for name in [String(repeating: "a", count: 63), "3com.example", "a1", "x--y"] {
      try fixture.ensure(hostName: name)
      #expect(try fixture.isTrusted(["-verify_hostname", name]))
    }
  }

  @Test("say of the authority that it is one, and of the server that it is none")
  func extensions() throws {
    try fixture.ensure()
    let authority = try fixture.text(of: "ca.pem")
    #expect(authority.contains(/Basic Constraints: critical\n +CA:TRUE, pathlen:0\n/))
    #expect(authority.contains(/Key Usage: critical\n +Certificate Sign, CRL Sign\n/))
    let server = try fixture.text(of: "server.pem")
    #expect(server.contains(/Basic Constraints: critical\n +CA:FALSE\n/))
    #expect(server.contains(/Key Usage: critical\n +Digital Signature\n/))
    #expect(server.contains(/Extended Key Usage: \n +TLS Web Server Authentication\n/))
    let identifier = #/Authority Key Identifier: \n +(.*)\n/#
    let subject = #/Subject Key Identifier: \n +(.*)\n/#
    let authoritys = try #require(authority.firstMatch(of: subject)).1
    #expect(try #require(authority.firstMatch(of: identifier)).1 == authoritys)
    #expect(try #require(server.firstMatch(of: identifier)).1 == authoritys)
    #expect(try #require(server.firstMatch(of: subject)).1 != authoritys)
    for text in [authority, server] { #expect(text.contains("NIST CURVE: P-256")) }
  }

  @Test("hold for 397 days from an hour ago")
  func lifetime() throws {
    try fixture.ensure()
    #expect(try fixture.isTrusted(days: -0.04))
    #expect(try fixture.isTrusted(days: -0.05) == false)
    #expect(try fixture.isTrusted(days: 396.9))
    #expect(try fixture.isTrusted(days: 397) == false)
  }

  @Test("are loaded by OpenSSL's server, and taken by its client")
  func handshake() throws {
    // The client goes by the system's clock.
    let files = try DevelopmentCertificates.ensure(
      in: fixture.path, hostName: "host.example", now: Date())
    let server = try TestServer(chain: files.serverChainPath, key: files.serverKeyPath)
    func connect(trusting ca: String, as name: String) throws -> Bool {
      try OpenSSL.run([
        "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", ca, "-no-CApath",
        "-verify_return_error", "-verify_hostname", name,
      ]).status == 0
    }
    #expect(try connect(trusting: files.caPath, as: "localhost"))
    #expect(try connect(trusting: files.caPath, as: "host.example"))
    #expect(try connect(trusting: files.caPath, as: "other.example") == false)
    let other = try Fixture()
    #expect(try connect(trusting: try other.ensure().caPath, as: "localhost") == false)
  }

  @Test("can't be made where a file stands, and the error says where")
  func noDirectory() throws {
    try FileManager.default.createDirectory(
      atPath: fixture.directory.path + "/data", withIntermediateDirectories: false)
    try Data().write(to: URL(filePath: fixture.path))
    #expect { try fixture.ensure() } throws: { error in
      "\(error)" == "can't make the directory \(fixture.path): Not a directory"
    }
  }
}
