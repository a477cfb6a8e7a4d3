import FileTesting
import DevelopmentCertificates
import Foundation
import Testing

@Suite("Development certificates that are there already")
struct RenewalTests {
  let fixture: Fixture
  let before: [String: Data]

  init() throws {
    fixture = try Fixture()
    try fixture.ensure()
    before = try fixture.snapshot()
  }

  @Test("stay as they are while they are good", arguments: [0.0, 1, 300, 366.9])
  func kept(days: Double) throws {
    try fixture.ensure(days: days)
    #expect(try fixture.changes(since: before) == [])
  }

  @Test(
    "are renewed for the server near its end and after it, under the same authority and key",
    arguments: [367.0, 396, 397, 398, 3000])
  func nearExpiry(days: Double) throws {
    try fixture.ensure(days: days)
    #expect(try fixture.changes(since: before) == ["server.pem"])
    #expect(try fixture.isTrusted(days: days))
    #expect(try fixture.isTrusted(days: days + 396))
  }

  @Test("are renewed for the authority near its end and after it", arguments: [3622.0, 3700])
  func authorityNearExpiry(days: Double) throws {
    try fixture.ensure(days: days)
    #expect(
      try fixture.changes(since: before).isSuperset(of: ["ca.pem", "ca.key", "server.pem"]))
    #expect(try fixture.isTrusted(days: days))
    #expect(try fixture.isTrusted(days: days + 396))
  }

  @Test("give the server no certificate that outlives the authority")
  func neverOutlives() throws {
    try fixture.ensure(days: 3500)
    #expect(try fixture.changes(since: before) == ["server.pem"])
    #expect(try fixture.isTrusted(days: 3651))
    let end = #/Not After *: *(.*)\n/#
    #expect(
      try #require(try fixture.text(of: "server.pem").firstMatch(of: end)).1
        == #require(try fixture.text(of: "ca.pem").firstMatch(of: end)).1)
  }

  @Test("are made again when the clock was ahead at their making")
  func clockWasAhead() throws {
    try fixture.ensure(days: -2)
    #expect(try fixture.isTrusted(days: -2))
  }

  @Test("are renewed for the server when the host has another name")
  func otherName() throws {
    try fixture.ensure(hostName: "renamed.example")
    #expect(try fixture.changes(since: before) == ["server.pem"])
    #expect(try fixture.isTrusted(["-verify_hostname", "renamed.example"]))
    #expect(try fixture.isTrusted(["-verify_ip", "::1"]))
    #expect(try fixture.isTrusted(["-verify_hostname", "host.example"]) == false)
  }

  @Test("are renewed for the server when another authority signed its certificate")
  func otherAuthority() throws {
    let other = try Fixture()
    try other.ensure()
    for name in ["server.pem", "server.key"] { try fixture.write(try other.contents(name), name) }
    #expect(try fixture.isTrusted() == false)
    try fixture.ensure()
    #expect(try fixture.contents("ca.pem") == before["ca.pem"])
    #expect(try fixture.isTrusted())
  }

  @Test("are renewed for the server when its certificate is an impostor's with the same names")
  func impostor() throws {
    let other = try Fixture()
    try other.ensure()
    // The other authority's signature over the right names, beside the right authority.
    let certificates = try [other.contents("server.pem"), fixture.contents("ca.pem")]
      .map { String(decoding: $0, as: UTF8.self) }
    let end = "-----END CERTIFICATE-----\n"
    let first = try #require(certificates[0].firstRange(of: end))
    try fixture.write(
      Data((certificates[0][..<first.upperBound] + certificates[1]).utf8), "server.pem")
    try fixture.write(try other.contents("server.key"), "server.key")
    #expect(try fixture.isTrusted() == false)
    try fixture.ensure()
    #expect(try fixture.isTrusted())
    #expect(try fixture.publicKey(of: "server.pem") == fixture.publicKey(of: "server.key"))
  }

  @Test(
    "are all whole again when one is missing or is something else",
    arguments: [
      "ca.pem", "ca.key", "server.pem", "server.key",
    ], [nil, "", "garbage", "other"])
  func damaged(name: String, contents: String?) throws {
    switch contents {
    case nil: try FileManager.default.removeItem(atPath: fixture.file(name))
    case "other":
      let other = try Fixture()
      try other.ensure()
      try fixture.write(try other.contents(name), name)
    case .some(let text): try fixture.write(Data(text.utf8), name)
    }
    try fixture.ensure()
    #expect(try fixture.isTrusted())
    #expect(try fixture.publicKey(of: "server.pem") == fixture.publicKey(of: "server.key"))
    #expect(try fixture.publicKey(of: "ca.pem") == fixture.publicKey(of: "ca.key"))
    if name.hasPrefix("server") {
      #expect(try fixture.contents("ca.pem") == before["ca.pem"])
    }
    let whole = try fixture.snapshot()
    try fixture.ensure()
    #expect(try fixture.changes(since: whole) == [])
  }

  @Test("are made once when several make them at once, and all then see the same ones")
  func race() throws {
    for _ in 1...20 {
      let fresh = try Fixture()
      let path = fresh.path
      let seen = try atOnce(4) { _ in
        let files = try DevelopmentCertificates.ensure(
          in: path, hostName: "host.example", now: Fixture.now)
        return try [files.caPath, files.serverChainPath, files.serverKeyPath].map {
          try Data(contentsOf: URL(filePath: $0))
        }
      }
      #expect(seen.allSatisfy { $0 == seen[0] })
      #expect(try fresh.isTrusted())
    }
  }

  @Test("keep their authority and their key while hosts of several names renew them at once")
  func renewalsAtOnce() throws {
    let path = fixture.path
    _ = try atOnce(4) { number in
      for _ in 1...10 {
        _ = try DevelopmentCertificates.ensure(
          in: path, hostName: "host\(number).example", now: Fixture.now)
      }
    }
    #expect(try fixture.changes(since: before) == ["server.pem"])
    #expect(try fixture.isTrusted())
    #expect(try fixture.publicKey(of: "server.pem") == fixture.publicKey(of: "server.key"))
  }
}
