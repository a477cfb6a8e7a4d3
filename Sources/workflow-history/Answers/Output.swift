import ArgumentParser
import Foundation
import WorkflowHistory

/// How a command prints its answer.
struct OutputOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Print the response as protobuf's JSON.",
      discussion: """
        Field names are in lowerCamelCase, 64-bit integers are strings, instants are RFC 3339, and \
        a document is {"json": "TEXT"}. Otherwise: tables in a terminal, and in a pipe columns \
        with tabs between, under a line with their names. NO_COLOR turns colours off.
        """))
  var json = false

  /// Writes the answer to standard output.
  func print(_ answer: some Answer) throws { try printAnswer(answer, asJSON: json) }
}

/// Writes an answer to standard output: as JSON, or as that is a terminal or a pipe.
func printAnswer(_ answer: some Answer, asJSON: Bool) throws {
  try write(answer.rendered(asJSON: asJSON))
}

extension Answer {
  fileprivate func rendered(asJSON: Bool) -> String {
    if asJSON { return json + "\n" }
    guard let terminal = Terminal.standardOutput else {
      return plain.map(\.text).joined(separator: "\n")
    }
    return screen(now: .now)
      .map { block in
        block.lines(columns: terminal.columns, hasColor: terminal.hasColor)
          .map { $0 + "\n" }.joined()
      }
      .joined(separator: "\n")
  }
}

/// Writes text to standard output. Where nobody reads it any more, the command just ends.
func write(_ text: String) throws { try writeOutput(Array(text.utf8)) }

/// Writes bytes to standard output. Where nobody reads it any more, the command just ends.
func writeOutput(_ bytes: [UInt8]) throws {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data(bytes))
  } catch let error as NSError {
    let reason = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    if reason.domain == NSPOSIXErrorDomain, reason.code == Int(EPIPE) { throw ExitCode(1) }
    throw fail("standard output can't be written: \(error.localizedDescription)")
  }
}

/// The terminal that standard output is.
struct Terminal {
  let columns: Int
  let hasColor: Bool

  /// Nil where standard output is a file or a pipe.
  static var standardOutput: Terminal? { of(STDOUT_FILENO) }

  /// Nil where a file descriptor is something else.
  static func of(_ descriptor: Int32) -> Terminal? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let environment = ProcessInfo.processInfo.environment
    return Terminal(
      columns: isKnown ? Int(size.ws_col) : 80,
      // https://no-color.org
      hasColor: (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb")
  }
}
