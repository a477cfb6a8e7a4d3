import Foundation

/// A command that ran to its end.
struct Command {
  let status: Int32
  let output: Data
  let errors: String

  /// Runs it from the repository's root, found on the PATH, with no standard input.
  static func run(_ command: String...) throws -> Command {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = SourceTree.root
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: neither fills up while the other is read.
    let output = try Capture()
    let errors = try Capture()
    process.standardOutput = output.handle
    process.standardError = errors.handle
    try process.run()
    process.waitUntilExit()
    return Command(
      status: process.terminationStatus, output: try output.read(),
      errors: String(decoding: try errors.read(), as: UTF8.self))
  }

  /// A temporary file that takes what a process writes.
  private struct Capture {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "workflow-history-output-\(UUID().uuidString)")
    let handle: FileHandle

    init() throws {
      try Data().write(to: url)
      handle = try FileHandle(forWritingTo: url)
    }

    func read() throws -> Data {
      defer { try? FileManager.default.removeItem(at: url) }
      try handle.close()
      return try Data(contentsOf: url)
    }
  }
}
