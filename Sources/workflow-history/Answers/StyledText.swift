/// A piece of text in a terminal, with the colour that helps to find it.
struct StyledText: Equatable, ExpressibleByStringInterpolation {
  /// What a terminal can do to text, as the parameters of ECMA-48's SGR.
  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  /// Without anything that a terminal would obey.
  let text: String
  let style: Style?

  init(_ text: String, _ style: Style? = nil) {
    self.text = text.withVisibleControls
    self.style = style
  }

  init(stringLiteral text: String) { self.init(text) }

  /// How many columns it takes.
  var width: Int { text.terminalWidth }

  /// It, cut to so many columns, with `…` where something is missing.
  func cut(to columns: Int) -> StyledText {
    guard width > columns else { return self }
    var kept = ""
    var width = 1
    for character in text {
      width += character.terminalWidth
      if width > columns { break }
      kept.append(character)
    }
    return StyledText(kept + "…", style)
  }

  /// As it is written to a terminal.
  func rendered(hasColor: Bool) -> String {
    guard let style, hasColor, !text.isEmpty else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}

extension String {
  /// The text on one line, and with nothing in it that a terminal would obey: what others saved
  /// may not move the cursor, nor turn the reading order.
  var withVisibleControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var visible = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": visible += "\\n"
      case "\r": visible += "\\r"
      case "\t": visible += "\\t"
      case _ where scalar.isControl: visible += "\\u{\(String(scalar.value, radix: 16))}"
      default: visible.unicodeScalars.append(scalar)
      }
    }
    return visible
  }

  /// How many columns of a terminal the text takes.
  var terminalWidth: Int { reduce(0) { $0 + $1.terminalWidth } }
}

extension Character {
  /// One column, or two for what East Asian scripts and emoji fill (Unicode's UAX 11).
  var terminalWidth: Int {
    switch unicodeScalars.first?.value ?? 0 {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: properties.isBidiControl
    }
  }
}
