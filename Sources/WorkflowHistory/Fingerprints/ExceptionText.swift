/// The type and the message of an exception, and what may stand around them.
enum ExceptionText {
  /// What runtimes put before an exception.
  private static let announcements = [
    "Unhandled exception. ", "Unhandled Exception: ", "Uncaught ", "Error: Uncaught ",
  ]
  /// How the types of exceptions end that no package stands before.
  private static let typeEndings = [
    "Error", "Exception", "Failure", "Fault", "Timeout", "Interrupt", "Exit", "Warning",
    "Throwable",
  ]

  /// The exception in the lines before its frames: from the first line on that looks like one; else
  /// all of them.
  static func exception(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var exception = text
    var rest = text
    while !rest.isEmpty {
      let line = rest.prefix { $0 != ascii("\n") }
      if let start = start(of: line.trimmed) {
        exception = text[start...]
        break
      }
      rest = rest[line.endIndex...].dropFirst()
    }
    // .NET puts the cause after an arrow.
    if let arrow = exception.lastEnd(of: "---> ") { exception = exception[arrow...] }
    for suffix in [" [recovered]", " [recovered, repanicked]"] where exception.hasSuffix(suffix) {
      exception = exception.dropLast(suffix.utf8.count)
    }
    return exception
  }

  /// Whether a line begins with an exception.
  static func begins(_ line: ArraySlice<UInt8>) -> Bool { start(of: line) != nil }

  /// Where the exception in a line begins, behind its announcement.
  private static func start(of line: ArraySlice<UInt8>) -> Int? {
    if line.hasPrefix("panic: ") || line.hasPrefix("fatal error: ") { return line.startIndex }
    var line = line
    for announcement in announcements where line.hasPrefix(announcement) {
      line = line.dropFirst(announcement.utf8.count)
    }
    if line.hasPrefix("Exception in thread \"") {
      let name = line.dropFirst(21)
      line = name[(name.firstIndex(of: ascii("\"")) ?? name.endIndex)...].dropFirst(2)
    }
    return beginsWithType(line) ? line.startIndex : nil
  }

  /// `java.lang.IllegalStateException`, `KeyError: …`, `Some::Error: …`, `SocketException (111): …`.
  private static func beginsWithType(_ line: ArraySlice<UInt8>) -> Bool {
    let word = line.prefix { isAlphanumeric($0) || "._$:".utf8.contains($0) }
    let type = word.last == ascii(":") ? word.dropLast() : word
    let after = line[word.endIndex...]
    guard let first = type.first, isAlphanumeric(first), !isDigit(first) else { return false }
    guard after.isEmpty || word.last == ascii(":") || after.hasPrefix(" (") else { return false }
    let name = type.suffix(
      from: type.lastIndex { $0 == ascii(".") || $0 == ascii(":") }.map { $0 + 1 }
        ?? type.startIndex)
    if name.count < type.count, let initial = name.first { return initial & 0x20 == 0 }
    return typeEndings.contains { name.hasSuffix($0) }
  }

  /// Whether a line begins with a time, as those of logs do.
  static func isLogLine(_ line: ArraySlice<UInt8>) -> Bool {
    let start = line.first == ascii("[") ? line.dropFirst() : line
    return start.prefix(4).allSatisfy(isDigit) && start.count > 8
      && start[start.startIndex + 4] == ascii("-")
  }
}
