import ArgumentParser

/// How the commands print that go through the whole database.
struct MaintenanceOutputOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Print a JSON object on a line for each thing that was done or found.",
      discussion: """
        Otherwise: in a terminal one line that goes on counting, and in a pipe columns with tabs \
        between, under a line with their names.
        """))
  var json = false

  var printer: MaintenancePrinter {
    MaintenancePrinter(
      form: json ? .json : Terminal.standardOutput == nil ? .columns : .terminal)
  }
}

/// Prints how far long work has come, and what it does.
///
/// Where nobody reads it any more, the work goes on all the same.
struct MaintenancePrinter: Sendable {
  enum Form { case terminal, columns, json }

  let form: Form

  /// The names of the columns.
  func begin(_ columns: [String]) {
    if form == .columns { line(columns) }
  }

  /// Something that was done or found: a line of its own.
  func entry(
    terminal: String, columns: [String], json: [(name: String, value: JSONValue?)]
  ) {
    switch form {
    case .terminal: try? write("\r\(Self.clear)\(terminal.withVisibleControls)\n")
    case .columns, .json: step(terminal: terminal, columns: columns, json: json)
    }
  }

  /// A part of the work that is done: in a terminal it takes the place of the last one.
  func step(
    terminal: String, columns: [String], json: [(name: String, value: JSONValue?)]
  ) {
    switch form {
    case .terminal: progress(terminal)
    case .columns: line(columns)
    case .json: try? write(JSONValue.object(json).line + "\n")
    }
  }

  /// How far the work has come, for a terminal alone.
  func progress(_ text: String) {
    if form == .terminal { try? write("\r\(text.withVisibleControls)\(Self.clear)") }
  }

  /// The last line of a terminal.
  func end(_ text: String) {
    if form == .terminal { try? write("\r\(text.withVisibleControls)\(Self.clear)\n") }
  }

  private func line(_ columns: [String]) {
    try? write(columns.map(\.withVisibleControls).joined(separator: "\t") + "\n")
  }

  /// Clears the rest of the line.
  private static let clear = "\u{1B}[K"
}
