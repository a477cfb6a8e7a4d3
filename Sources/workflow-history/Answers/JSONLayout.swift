/// Lays JSON out for people.
struct JSONLayout {
  private var text = ""
  private let isIndented: Bool
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Whether a container was opened, and nothing stands in it yet.
  private var isOpened = false

  /// JSON that has no white space, two spaces a level.
  static func indented(_ json: [UInt8]) -> String { laidOut(json, isIndented: true) }

  /// JSON that has no white space, with a space after each colon.
  static func line(_ json: [UInt8]) -> String { laidOut(json, isIndented: false) }

  private static func laidOut(_ json: [UInt8], isIndented: Bool) -> String {
    var layout = JSONLayout(isIndented: isIndented)
    for scalar in String(decoding: json, as: UTF8.self).unicodeScalars { layout.take(scalar) }
    return layout.text
  }

  private init(isIndented: Bool) { self.isIndented = isIndented }

  private mutating func take(_ scalar: Unicode.Scalar) {
    if isInString {
      takeInString(scalar)
    } else {
      takeBetween(scalar)
    }
  }

  private mutating func takeInString(_ scalar: Unicode.Scalar) {
    text.unicodeScalars.append(scalar)
    if scalar == "\"", !isEscaped { isInString = false }
    isEscaped = scalar == "\\" && !isEscaped
  }

  private mutating func takeBetween(_ scalar: Unicode.Scalar) {
    let isClosing = scalar == "}" || scalar == "]"
    if isClosing { depth -= 1 }
    // Nothing stands between the brackets of an empty container.
    if isOpened != isClosing { breakLine() }
    isOpened = scalar == "{" || scalar == "["
    if isOpened { depth += 1 }
    isInString = scalar == "\""
    text.unicodeScalars.append(scalar)
    if scalar == ":" { text += " " }
    if scalar == "," { breakLine() }
  }

  private mutating func breakLine() {
    if isIndented { text += "\n" + String(repeating: "  ", count: depth) }
  }
}
