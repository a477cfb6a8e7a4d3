import Foundation

/// The openssl command, a judge of certificates that shares no code with what makes them.
struct OpenSSL {
  let status: Int32
  let output: String

  /// Runs it to its end. `output` is both of what it wrote.
  static func run(_ arguments: [String]) throws -> OpenSSL {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return OpenSSL(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }
}

/// `openssl s_server` on a free port, ended with its owner.
final class TestServer {
  let port: String
  private let process = Process()

  init(chain: String, key: String) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", chain, "-cert_chain", chain,
      "-key", key, "-www",
    ]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var said = ""
    while !said.contains(/ACCEPT .*\n/) {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw NotListening(said: said) }
      said += String(decoding: more, as: UTF8.self)
    }
    port = said.firstMatch(of: /ACCEPT .*:(\d+)/).map { String($0.1) } ?? ""
  }

  deinit { process.terminate() }

  struct NotListening: Error { var said: String }
}
