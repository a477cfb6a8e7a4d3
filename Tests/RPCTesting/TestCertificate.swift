internal import Foundation
public import TLS

/// A certificate of its own issuing for `localhost` and 127.0.0.1, made by the openssl command, and
/// gone with this value.
public final class TestCertificate: Sendable {
  private let directory: URL
  /// The context of a server that has it.
  public let server: TLSContext
  /// The context of a client that trusts it.
  public let client: TLSContext

  /// Has the openssl command make one.
  public init() throws {
    directory = FileManager.default.temporaryDirectory
      .appending(path: "workflow-history-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    let certificate = directory.appending(path: "certificate.pem").path
    let key = directory.appending(path: "key.pem").path
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-days", "2", "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    server = try TLSContext.server(certificateChain: certificate, privateKey: key)
    client = try TLSContext.client(trusting: certificate)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// One for all tests of a process that need no other.
  public static let shared = Result { try TestCertificate() }
}
