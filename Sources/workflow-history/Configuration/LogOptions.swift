public import ArgumentParser
import Foundation
public import Logging

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// How the log looks.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// Text in a terminal, else JSON.
  case auto
  case text
  case json
}

/// What the server logs, and how: `serve`'s flags for it.
struct LogOptions: ParsableArguments {
  @Option(
    name: .customLong("log-level"),
    help: "What is logged, to standard error: this, and all that is more severe.")
  var level = Logger.Level.notice

  @Option(
    name: .customLong("log-format"),
    help: ArgumentHelp(
      """
      Lines of text, or JSON objects with time, level, logger, message and what goes with it: text, \
      json, or auto for text in a terminal and JSON elsewhere. NO_COLOR turns colours off.
      """, valueName: "format"))
  var format = LogFormat.auto

  /// Sends what all loggers of the process say to standard error from now on.
  ///
  /// - Returns: where it goes.
  func bootstrap() -> LogOutput {
    let terminal = Terminal.of(STDERR_FILENO)
    let style: LogLine.Style =
      switch format {
      case .auto: terminal.map { .text(hasColor: $0.hasColor) } ?? .json
      case .text: .text(hasColor: terminal?.hasColor ?? false)
      case .json: .json
      }
    let output = LogOutput(style: style) { bytes in
      // Where nobody reads it there is nobody to tell.
      try? FileHandle.standardError.write(contentsOf: Data(bytes))
    }
    let level = level
    LoggingSystem.bootstrap { label in
      LineLogHandler(label: label, logLevel: level, output: output)
    }
    return output
  }
}
