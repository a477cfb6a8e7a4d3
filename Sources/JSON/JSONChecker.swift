/// Reads a JSON text once and decides whether it is one value (RFC 8259), within limits.
///
/// Refused are also bytes that are not UTF-8, the escape `\u0000` and half a surrogate pair, none of
/// which a database or a C string can keep. There is no recursion and no allocation: a bit for each
/// open array or object is all that it remembers of the nesting.
public struct JSONChecker {
  /// How many bytes longer the text is once it is rendered as Postgres' jsonb does; negative if shorter.
  public private(set) var growth = 0
  var position = 0
  let numberLimit: Int
  private let depthLimit: Int
  private var depth = 0
  /// For each container that is open, innermost last: 1 for an object, 0 for an array.
  private var objects: UInt128 = 0

  /// The check of one text.
  ///
  /// - Parameters:
  ///   - depthLimit: How deep arrays and objects may nest, 128 at most.
  ///   - numberLimit: How many characters a number may have when it is written out without an
  ///     exponent.
  public init(depthLimit: Int, numberLimit: Int = .max) {
    precondition(depthLimit <= UInt128.bitWidth)
    self.depthLimit = depthLimit
    self.numberLimit = numberLimit
  }

  /// Checks the whole text: one value, with white space around it at most.
  public mutating func check(_ text: Span<UInt8>) throws(JSONError) {
    try checkValue(text)
    skipSpace(text)
    guard position == text.count else { throw failure("there is more after the value") }
  }

  /// Checks the value that begins in a text at `position`, with white space before it at most;
  /// `position` moves past it.
  public mutating func checkValue(_ text: Span<UInt8>, at position: inout Int) throws(JSONError) {
    self.position = position
    try checkValue(text)
    position = self.position
  }

  private mutating func checkValue(_ text: Span<UInt8>) throws(JSONError) {
    while true {
      if try !beginValue(text) { continue }
      if try endContainers(text) { return }
    }
  }

  /// Reads a scalar or an empty container, or opens one that has content. Returns whether a value
  /// has ended.
  private mutating func beginValue(_ text: Span<UInt8>) throws(JSONError) -> Bool {
    skipSpace(text)
    guard position < text.count else { throw failure("a value is missing") }
    switch text[position] {
    case UInt8(ascii: "\""):
      try string(text)
    case UInt8(ascii: "{"):
      try open(isObject: true)
      skipSpace(text)
      if take(UInt8(ascii: "}"), text) {
        close()
        return true
      }
      try key(text)
      return false
    case UInt8(ascii: "["):
      try open(isObject: false)
      skipSpace(text)
      guard take(UInt8(ascii: "]"), text) else { return false }
      close()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(text)
    case UInt8(ascii: "t"):
      try literal("true", text)
    case UInt8(ascii: "f"):
      try literal("false", text)
    case UInt8(ascii: "n"):
      try literal("null", text)
    default:
      throw failure("a value can't begin so")
    }
    return true
  }

  /// After a value: closes what ends here. Returns true where nothing is open any more, and false where
  /// another value is due.
  private mutating func endContainers(_ text: Span<UInt8>) throws(JSONError) -> Bool {
    while true {
      if depth == 0 { return true }
      skipSpace(text)
      guard position < text.count else { throw failure("the text ends inside a value") }
      let isObject = objects & 1 == 1
      switch text[position] {
      case UInt8(ascii: ","):
        position += 1
        growth += 1
        if isObject {
          skipSpace(text)
          try key(text)
        }
        return false
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
        position += 1
        close()
      default:
        throw failure(isObject ? "expected ',' or '}'" : "expected ',' or ']'")
      }
    }
  }

  private mutating func open(isObject: Bool) throws(JSONError) {
    guard depth < depthLimit else {
      throw failure("nesting is deeper than \(depthLimit)")
    }
    depth += 1
    objects = objects << 1 | (isObject ? 1 : 0)
    position += 1
  }

  private mutating func close() {
    depth -= 1
    objects >>= 1
  }

  /// Reads a member's name and the colon after it.
  private mutating func key(_ text: Span<UInt8>) throws(JSONError) {
    guard position < text.count, text[position] == UInt8(ascii: "\"") else {
      throw failure("expected a member's name in double quotes")
    }
    try string(text)
    skipSpace(text)
    guard take(UInt8(ascii: ":"), text) else { throw failure("expected ':'") }
    growth += 1
  }

  private mutating func literal(_ word: StaticString, _ text: Span<UInt8>) throws(JSONError) {
    for byte in word.description.utf8 {
      guard take(byte, text) else { throw failure("expected '\(word)'") }
    }
  }

  private mutating func skipSpace(_ text: Span<UInt8>) {
    let start = position
    while position < text.count, text[position].isSpace { position += 1 }
    growth -= position - start
  }

  /// Steps over `byte` if it is what comes next.
  mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// Records that what was `read` bytes long in the text is `rendered` bytes long in jsonb's.
  mutating func account(read: Int, rendered: Int) { growth += rendered - read }

  func failure(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }
}
