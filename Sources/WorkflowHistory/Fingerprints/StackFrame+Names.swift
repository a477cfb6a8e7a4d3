extension StackFrame {
  /// A part of a name as it was written in the source, or nil where nobody wrote it.
  ///
  /// `lambda$run$3` is `run`, `Job$1` is `Job`, `Iterator$$anon$1` is `Iterator`,
  /// `<LoadAsync>d__5` is `LoadAsync`, `(*Job)` is `Job`; `func1`, `h0123456789abcdef` and `<module>`
  /// are nothing.
  static func written(_ part: ArraySlice<UInt8>) -> String? {
    // A file's name may hold a tab.
    var part = part.map { isSpace($0) ? ascii(" ") : $0 }[...]
    if let open = part.firstIndex(of: ascii("<")) {
      // .NET keeps the name of the function between the innermost brackets.
      let name = part[open...].drop { $0 == ascii("<") }.prefix { $0 != ascii(">") }
      guard !name.isEmpty, name.endIndex < part.endIndex - 1 || name.elementsEqual("init".utf8)
      else { return nil }
      part = name
    }
    if part.hasPrefix("(*") { part = part.dropFirst(2) }
    if part.last == ascii(")") { part = part.dropLast() }
    part = part.prefix { $0 != ascii("`") && $0 != ascii("[") }
    let text = String(decoding: part, as: UTF8.self)
    guard !part.isEmpty, !FrameRules.functionBodies.contains(text), !isNumbered("func", part),
      !isRustHash(part)
    else { return nil }
    guard part.contains(ascii("$")) else { return text }
    let outermost = part.dropFirst().firstEnd(of: "$$").map { part[..<($0 - 2)] } ?? part
    let words = outermost.split(separator: ascii("$"))
      .map { String(decoding: $0, as: UTF8.self) }
      .filter { !FrameRules.addedWords.contains($0) && !$0.utf8.allSatisfy(isDigit) }
    return words.isEmpty ? nil : words.joined(separator: ".")
  }

  private static func isNumbered(_ name: String, _ part: ArraySlice<UInt8>) -> Bool {
    part.hasPrefix(name) && part.dropFirst(name.utf8.count).allSatisfy(isDigit)
  }

  private static func isRustHash(_ part: ArraySlice<UInt8>) -> Bool {
    part.count == 17 && part.first == ascii("h")
      && part.dropFirst().allSatisfy { hexadecimalDigit($0) != nil }
  }
}
