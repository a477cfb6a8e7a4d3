import Foundation
import Testing

/// Certificates of all kinds, good and bad, made by the `openssl` command, once for all tests.
struct Certificates: Sendable {
  private let directory: String

  /// The files, made at the first use.
  static func make() throws -> Certificates { try made.get() }
  private static let made = Result {
    let made = try Certificates()
    atexit { try? FileManager.default.removeItem(atPath: Certificates.make().directory) }
    return made
  }

  /// The authority that clients trust.
  var authority: String { path("ca.pem") }
  /// One that nobody does.
  var stranger: String { path("stranger.pem") }

  /// A server's files.
  struct Server {
    let chain: String
    let key: String
  }

  /// For localhost, 127.0.0.1 and ::1, with an EC key.
  var localhost: Server { server("localhost") }
  /// The same with an RSA key.
  var rsa: Server { server("rsa") }
  /// For other.example alone.
  var other: Server { server("other") }
  /// For *.example.com and part*.example.net.
  var wildcard: Server { server("wildcard") }
  /// Says localhost in its subject, and nowhere else.
  var subjectOnly: Server { server("subject") }
  /// For localhost, until yesterday.
  var expired: Server { server("expired") }
  /// For localhost, but signed by an authority that nobody trusts.
  var untrusted: Server { server("untrusted") }

  func path(_ name: String) -> String { directory + "/" + name }
  private func server(_ name: String) -> Server {
    Server(chain: path(name + ".pem"), key: path(name + ".key"))
  }

  private init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "workflow-history-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    directory = folder.path
    for name in ["ca", "stranger"] {
      try openssl(
        ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)"] + ecKey(name)
          + ["-out", path(name + ".pem")])
    }
    let localhost = "DNS:localhost,IP:127.0.0.1,IP:::1"
    try issue("localhost", names: localhost)
    try issue("rsa", names: localhost, key: ["-newkey", "rsa:2048", "-nodes"])
    try issue("other", names: "DNS:other.example")
    try issue("wildcard", names: "DNS:*.example.com,DNS:part*.example.net")
    try issue("subject", names: nil)
    try issue("expired", names: localhost, days: "-1")
    try issue("untrusted", names: localhost, by: "stranger")
    try openssl([
      "pkcs8", "-topk8", "-in", path("localhost.key"), "-passout", "pass:secret", "-out",
      path("encrypted.key"),
    ])
    try Data("not a certificate\n".utf8).write(to: folder.appending(path: "text.pem"))
    try Data().write(to: folder.appending(path: "empty.pem"))
  }

  private func ecKey(_ name: String) -> [String] {
    [
      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
      path(name + ".key"),
    ]
  }

  private func issue(
    _ name: String, names: String?, by issuer: String = "ca", days: String = "2",
    key: [String]? = nil
  ) throws {
    let key = key.map { $0 + ["-keyout", path(name + ".key")] } ?? ecKey(name)
    let extensions = names.map { "subjectAltName=\($0)\n" } ?? "basicConstraints=CA:FALSE\n"
    try Data(extensions.utf8).write(to: URL(filePath: path(name + ".ext")))
    try openssl(["req", "-new", "-subj", "/CN=localhost", "-out", path(name + ".csr")] + key)
    try openssl([
      "x509", "-req", "-in", path(name + ".csr"), "-CA", path(issuer + ".pem"), "-CAkey",
      path(issuer + ".key"), "-CAcreateserial", "-days", days, "-extfile", path(name + ".ext"),
      "-out", path(name + ".pem"),
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl \(arguments): \(said)")
  }
}
