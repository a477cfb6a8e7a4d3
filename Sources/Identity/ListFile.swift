/// A file of lines, as operators write them.
enum ListFile {
  /// The lines that say something, without the spaces at their ends, each with its number from 1 on:
  /// empty ones, and those that begin with `#`, do not.
  static func entries(_ bytes: [UInt8]) throws(TrustError) -> [(number: Int, entry: Substring)] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TrustError(description: "is not UTF-8")
    }
    return text.split(omittingEmptySubsequences: false) { $0.isNewline }.enumerated()
      .map { (number: $0.offset + 1, entry: trimmed($0.element)) }
      .filter { !$0.entry.isEmpty && $0.entry.first != "#" }
  }

  static func trimmed(_ line: Substring) -> Substring {
    var rest = line
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
