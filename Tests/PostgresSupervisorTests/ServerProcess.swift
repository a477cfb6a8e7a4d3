import Foundation
import Testing

@testable import PostgresSupervisor

/// The test program `private-postgres`: a server that uses the private Postgres, to be killed.
final class ServerProcess {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private(set) var conninfo = ""

  init(scratch: String, data: String, user: uid_t?) throws {
    // A copy, since another user may not be able to enter the directory of the build.
    let program = scratch + "/private-postgres"
    if !FileManager.default.fileExists(atPath: program) {
      let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      try FileManager.default.copyItem(
        at: tests.appending(path: "private-postgres"), to: URL(fileURLWithPath: program))
    }
    var words = [program, data]
    if let user {
      words = ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"] + words
    }
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Waits for the line that the program prints when Postgres is up.
  func awaitReady() throws {
    var line: [UInt8] = []
    while line.last != 10 {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      line += more
    }
    conninfo = String(decoding: line.dropLast(), as: UTF8.self)
    try #require(conninfo.hasPrefix("host="), "\(conninfo)")
  }

  /// Asks it to stop; gives its exit status.
  func stop() throws -> Int32 {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends it as a crash does.
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
