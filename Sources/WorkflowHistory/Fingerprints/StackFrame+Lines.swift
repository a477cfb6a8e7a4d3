// How frames are written. All lines come without the white space around them.
extension StackFrame.Line {
  /// The frame in a line, or nil. Go writes one into two lines.
  init?(_ line: ArraySlice<UInt8>, next: ArraySlice<UInt8>) {
    if line.hasPrefix("at ") {
      self.init(at: line.dropFirst(3))
    } else if next.hasPrefix("\t"), next.contains(".go:") || next.contains(".s:"), !line.isEmpty {
      let function = line.withoutArguments.without(from: "[", to: "]")
      self = .go(function: function, file: next.trimmed)
    } else {
      self.init(ruby: line.hasPrefix("from ") ? line.dropFirst(5) : line)
    }
  }

  /// `File "…", line 42, in rows`
  init?(python line: ArraySlice<UInt8>) {
    guard line.hasPrefix("File \"") else { return nil }
    let file = line.dropFirst(6).prefix { $0 != ascii("\"") }
    guard let function = line[file.endIndex...].lastEnd(of: ", in ") else { return nil }
    self = .python(file: file, function: line[function...])
  }

  /// `4: etl::job::run`
  init?(rust line: ArraySlice<UInt8>) {
    let number = line.prefix(while: isDigit)
    let path = line.dropFirst(number.count)
    guard !number.isEmpty, path.hasPrefix(": ") else { return nil }
    self = .rust(path.dropFirst(2).without(from: "<", to: ">"))
  }

  private init?(at rest: ArraySlice<UInt8>) {
    var rest = rest
    if rest.hasSuffix(" {") { rest = rest.dropLast(2) }
    for word in ["async ", "new "] where rest.hasPrefix(word) {
      rest = rest.dropFirst(word.utf8.count)
    }
    if rest.last == ascii(")"), let end = rest.lastEnd(of: " ("), rest.isPosition(from: end) {
      let function = rest[..<(end - 2)]
      // `at Job.run [as callback] (…)`
      let name = function.prefix { $0 != ascii("[") && $0 != ascii(" ") }
      self = .javaScript(function: name, file: rest[end...].dropLast())
      return
    }
    if rest.isPosition(from: rest.startIndex) {
      self = .javaScript(function: [], file: rest)
      return
    }
    let path = rest.prefix { $0 != ascii("(") }
    guard path.endIndex < rest.endIndex, path.contains(ascii(".")), !path.contains(ascii(" "))
    else { return nil }
    // `java.base/java.util.ArrayList.forEach`; but a lambda's class has a slash in its own name.
    self = .dotted(path.contains("$$Lambda") ? path : path.afterLast("/"))
  }

  /// `app/job.rb:42:in 'run'`, also before a message.
  private init?(ruby line: ArraySlice<UInt8>) {
    guard let end = line.firstEnd(of: ":in ") else { return nil }
    let quoted = line[end...]
    let file = line[..<(end - 4)]
    let place = file.reversed().drop(while: isDigit)
    guard let quote = quoted.first, isQuote(quote), place.first == ascii(":") else { return nil }
    let function = quoted.dropFirst().prefix { $0 != ascii("'") }
    self = .ruby(file: file.dropLast(file.count - place.count + 1), function: function)
  }
}

extension ArraySlice<UInt8> {
  /// Whether JavaScript's `file:line:column` stands from an index on, or what it has where there is none.
  fileprivate func isPosition(from start: Int) -> Bool {
    let place = self[start...].last == ascii(")") ? self[start...].dropLast() : self[start...]
    if place.elementsEqual("<anonymous>".utf8) || place.hasPrefix("index ")
      || place.elementsEqual("native".utf8)
    {
      return true
    }
    let column = place.reversed().drop(while: isDigit)
    let line = column.dropFirst().drop(while: isDigit)
    return column.count < place.count && column.first == ascii(":")
      && line.count < column.count - 1 && line.first == ascii(":")
  }

  /// Go's function without its arguments; its receiver stands in parentheses too.
  fileprivate var withoutArguments: Self {
    guard last == ascii(")"), let open = lastIndex(of: ascii("(")) else { return self }
    return self[..<open]
  }

  /// A path without its type arguments, which stand in brackets.
  fileprivate func without(from open: Unicode.Scalar, to close: Unicode.Scalar) -> Self {
    var depth = 0
    var kept = Self()
    for byte in self {
      if byte == ascii(open) { depth += 1 }
      if depth == 0 { kept.append(byte) }
      if byte == ascii(close), depth > 0 { depth -= 1 }
    }
    return kept
  }
}
