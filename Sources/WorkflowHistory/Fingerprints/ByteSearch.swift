// Looking for short ASCII texts in bytes. The time that it takes grows with the bytes' number times the
// text's.
extension ArraySlice<UInt8> {
  /// The bytes without the white space around them.
  var trimmed: Self {
    let rest = drop(while: isSpace)
    return rest.dropLast(rest.reversed().prefix(while: isSpace).count)
  }

  func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

  func hasSuffix(_ text: String) -> Bool {
    count >= text.utf8.count && suffix(text.utf8.count).elementsEqual(text.utf8)
  }

  func contains(_ text: String) -> Bool { firstEnd(of: text) != nil }

  /// Where the first of these texts ends.
  func firstEnd(of text: String) -> Int? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0 + text.utf8.count }
  }

  /// Where the last of these texts ends.
  func lastEnd(of text: String) -> Int? {
    indices.last { self[$0...].hasPrefix(text) }.map { $0 + text.utf8.count }
  }

  /// What comes after the last of these texts; all where there is none.
  func afterLast(_ text: String) -> Self { lastEnd(of: text).map { self[$0...] } ?? self }

  /// The name of a file at a path, without its folders and its ending. Python's `__init__.py` has its
  /// folder's.
  var stem: Self {
    var place = self[...]
    // `load.js:42:7`
    for _ in 0..<2 {
      let digits = place.reversed().prefix(while: isDigit).count
      if digits > 0, place.dropLast(digits).last == ascii(":") {
        place = place.dropLast(digits + 1)
      }
    }
    let folders = place.split { $0 == ascii("/") || $0 == ascii("\\") || $0 == ascii(":") }
    guard let name = folders.last else { return [] }
    if name.elementsEqual("__init__.py".utf8), folders.count > 1 {
      return folders[folders.count - 2]
    }
    let dot = name.lastIndex(of: ascii("."))
    return dot.map { $0 > name.startIndex ? name[..<$0] : name } ?? name
  }

  /// A line without the margin that Python draws around the exceptions of a group.
  var withoutGroupMargin: Self {
    let rest = drop(while: isSpace)
    guard rest.first == ascii("|") else { return self }
    return rest.dropFirst(rest.dropFirst().first == ascii(" ") ? 2 : 1)
  }
}
