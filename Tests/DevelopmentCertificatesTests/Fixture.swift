import FileTesting
import DevelopmentCertificates
import Foundation
import Testing

/// A directory of certificates, and what openssl says of them.
final class Fixture {
  static let now = Date(timeIntervalSince1970: 1_800_000_000)
  static let day: TimeInterval = 86_400

  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/data/tls"
  }

  @discardableResult
  func ensure(hostName: String = "host.example", days: Double = 0) throws
    -> DevelopmentCertificates
  {
    try DevelopmentCertificates.ensure(
      in: path, hostName: hostName, now: Self.now.addingTimeInterval(days * Self.day))
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: file(name)))
  }

  func write(_ contents: Data, _ name: String) throws {
    try contents.write(to: URL(filePath: file(name)))
  }

  /// Every file's contents, to compare.
  func snapshot() throws -> [String: Data] {
    var snapshot: [String: Data] = [:]
    for name in ["ca.pem", "ca.key", "server.pem", "server.key"] {
      snapshot[name] = try contents(name)
    }
    return snapshot
  }

  /// The names of the files that are not as they were.
  func changes(since before: [String: Data]) throws -> Set<String> {
    Set(try snapshot().filter { $0.value != before[$0.key] }.keys)
  }

  /// Whether a client that trusts the authority takes the server's certificate.
  func isTrusted(_ check: [String] = [], days: Double = 0) throws -> Bool {
    let time = Self.now.timeIntervalSince1970 + days * Self.day
    var arguments = [
      "verify", "-x509_strict", "-purpose", "sslserver", "-attime", "\(Int(time))", "-CAfile",
      file("ca.pem"),
    ]
    arguments += check + [file("server.pem")]
    return try OpenSSL.run(arguments).status == 0
  }

  /// The public half of what is in a file, as PEM.
  func publicKey(of name: String) throws -> String {
    let tool = name.hasSuffix(".key") ? ["pkey", "-pubout"] : ["x509", "-noout", "-pubkey"]
    let result = try OpenSSL.run(tool + ["-in", file(name)])
    try #require(result.status == 0, "\(result.output)")
    return result.output
  }

  /// What `openssl x509 -text` says of a certificate.
  func text(of name: String) throws -> String {
    try OpenSSL.run(["x509", "-noout", "-text", "-in", file(name)]).output
  }
}
