/// Tells the lines of a stack trace from each other.
struct StackTraceReader {
  private enum Section {
    /// The type and the message of an exception, or what stands before a trace.
    case text
    /// Between Python's `Traceback` and the exception.
    case python
    /// After the first frame. Text that follows is none of the exception's.
    case frames
    /// Rust's numbered frames.
    case rust
    /// The trace of an exception that was suppressed while others were handled, which ends with the
    /// first line that is less indented.
    case suppressed(indentation: Int)

    var isPython: Bool {
      if case .python = self { true } else { false }
    }
  }

  /// How many exceptions are kept; the last ones that are read take the place of others.
  private static let chainLimit = 32

  private let lines: [ArraySlice<UInt8>]
  private var index = 0
  private var section = Section.text
  /// The exceptions, each one's cause before it.
  private var chain: [RaisedException]
  /// Which of the exceptions is read.
  private var current = 0
  /// Whether the next traceback is of an exception that the last one caused, or is its cause.
  private var next: Relation = .replaces
  private var hasGoroutine = false

  private enum Relation { case replaces, isCause, isCaused }

  init(_ message: ArraySlice<UInt8>) {
    lines = message.split(separator: ascii("\n"), omittingEmptySubsequences: false)
    chain = [RaisedException(text: message.startIndex..<message.startIndex)]
  }

  /// The exceptions of the trace, the one that was the cause of the others first.
  mutating func read() -> [RaisedException] {
    while index < lines.count {
      let line = lines[index]
      index += 1
      if !read(line) { break }
    }
    return chain
  }

  /// Reads a line, and returns whether there may be more to read.
  private mutating func read(_ whole: ArraySlice<UInt8>) -> Bool {
    let line = section.isPython || next == .isCause ? whole.withoutGroupMargin : whole
    let trimmed = line.trimmed
    guard !trimmed.isEmpty else { return true }
    let indentation = trimmed.startIndex - line.startIndex
    if case .suppressed(let limit) = section {
      if indentation >= limit { return true }
      section = .frames
    }
    if trimmed.hasPrefix("+-") && trimmed.hasSuffix("-") { return readGroupRule(trimmed) }
    if trimmed.hasSuffix("Traceback (most recent call last):") {
      begin(next)
      next = .replaces
      section = .python
      return true
    }
    switch section {
    case .python: return readPython(line, trimmed, indentation)
    case .rust: return readRust(trimmed)
    default: break
    }
    if readMark(trimmed, indentation) { return true }
    if trimmed.hasPrefix("goroutine "), trimmed.hasSuffix(":") {
      section = .frames
      defer { hasGoroutine = true }
      return !hasGoroutine
    }
    if let frame = StackFrame.Line(trimmed, next: index < lines.count ? lines[index] : []) {
      add(frame, in: trimmed)
      return true
    }
    if case .text = section { readText(line, trimmed) }
    return true
  }

  private mutating func add(_ frame: StackFrame.Line, in line: ArraySlice<UInt8>) {
    chain[current].frames.append(frame)
    section = .frames
    switch frame {
    case .go: index += 1
    case .ruby(_, let function) where chain[current].text.isEmpty:
      // The first frame stands before the message.
      let text = line[function.endIndex...].dropFirst()
      if text.hasPrefix(": ") { chain[current].text = (text.startIndex + 2)..<text.endIndex }
    default: break
    }
  }

  // MARK: Kinds of lines

  /// A line that says how the exceptions of a trace belong together.
  private mutating func readMark(_ trimmed: ArraySlice<UInt8>, _ indentation: Int) -> Bool {
    for mark in ["Caused by: ", "[cause]: ", ": "] where trimmed.hasPrefix(mark) {
      // Py4J writes the exception of the JVM after a colon.
      if mark == ": ", !ExceptionText.begins(trimmed.dropFirst(2)) { continue }
      begin(.isCause)
      let text = trimmed.dropFirst(mark.utf8.count)
      chain[current].text = text.startIndex..<text.endIndex
      return true
    }
    if trimmed.hasPrefix("Suppressed: ") {
      section = .suppressed(indentation: indentation)
    } else if trimmed.hasPrefix("The above exception was the direct cause of") {
      next = .isCaused
      section = .frames
    } else if trimmed.hasPrefix("During handling of the above exception") {
      next = .replaces
      section = .frames
    } else if trimmed.hasPrefix("stack backtrace:") || trimmed.hasPrefix("Stack backtrace:") {
      section = .rust
    } else if trimmed.hasPrefix("created by "), hasGoroutine {
      index += 1
    } else {
      return false
    }
    return true
  }

  /// The rules around the exceptions of one of Python's groups. The first stands for all.
  private mutating func readGroupRule(_ trimmed: ArraySlice<UInt8>) -> Bool {
    guard !chain[current].framesInnermostLast.isEmpty else { return true }
    defer { next = .isCause }
    section = .frames
    return next != .isCause && chain.count == 1
  }

  private mutating func readPython(
    _ line: ArraySlice<UInt8>, _ trimmed: ArraySlice<UInt8>, _ indentation: Int
  ) -> Bool {
    if let frame = StackFrame.Line(python: trimmed) {
      chain[current].framesInnermostLast.append(frame)
    } else if indentation == 0 {
      section = .text
      readText(line, trimmed)
    }
    return true
  }

  private mutating func readRust(_ trimmed: ArraySlice<UInt8>) -> Bool {
    if let frame = StackFrame.Line(rust: trimmed) { chain[current].frames.append(frame) }
    return true
  }

  /// A line of an exception's message, up to one that can't be of it.
  private mutating func readText(_ line: ArraySlice<UInt8>, _ trimmed: ArraySlice<UInt8>) {
    let isAfterPython = !chain[current].framesInnermostLast.isEmpty
    let isLogged = isAfterPython && ExceptionText.isLogLine(trimmed)
    let isGo = trimmed.hasPrefix("[signal ") || line.hasPrefix("\tpanic: ")
    guard !isLogged, !isGo else {
      section = .frames
      return
    }
    let text = chain[current].text
    chain[current].text =
      text.isEmpty ? trimmed.startIndex..<trimmed.endIndex : text.lowerBound..<line.endIndex
  }

  /// Begins to read another exception.
  private mutating func begin(_ relation: Relation) {
    let begun = RaisedException(text: 0..<0)
    section = .text
    switch relation {
    case .replaces: chain = [begun]
    case .isCause where chain.count == Self.chainLimit: chain[0] = begun
    case .isCaused where chain.count == Self.chainLimit: chain[chain.count - 1] = begun
    case .isCause: chain.insert(begun, at: 0)
    case .isCaused: chain.append(begun)
    }
    current = relation == .isCaused ? chain.count - 1 : 0
  }
}
