/// What a caller takes, and how much each is wanted: the value of `accept`, `accept-encoding` and their like
/// (RFC 9110, section 12.4.2).
public struct WeightedList: Sendable {
  /// One of what is taken.
  public struct Element: Equatable, Sendable {
    /// A coding, or a range of media types, in lower case.
    public var name: Substring
    /// Its parameters but the weight, in lower case, without quotes.
    public var parameters: [Substring: Substring]
    /// How much it is wanted, in thousandths. 0: it is not taken.
    public var weight: Int
  }

  /// Those of the list in their order. What is none, or says a weight that is none, is left out, and tells
  /// nothing of the others.
  public private(set) var elements: [Element] = []

  /// The list that a field says.
  ///
  /// - Parameter value: The value of the field; of several with the name, these with commas between.
  public init(_ value: String) {
    // Names, weights, and the parameters that are met here are the same in any case.
    let list = value.lowercased()
    for element in Self.split(list[...], at: UInt8(ascii: ",")) {
      if let element = Element(element) { elements.append(element) }
    }
  }

  /// The pieces of a text between separators, of which none stands in quotes (RFC 9110, section 5.6.4).
  fileprivate static func split(_ text: Substring, at separator: UInt8) -> [Substring] {
    var pieces: [Substring] = []
    var (start, isQuoted, isEscaped) = (text.startIndex, false, false)
    for index in text.utf8.indices {
      switch text.utf8[index] {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isQuoted: isEscaped = true
      case UInt8(ascii: "\""): isQuoted.toggle()
      case separator where !isQuoted:
        pieces.append(text[start..<index])
        start = text.utf8.index(after: index)
      default: break
      }
    }
    return pieces + [text[start...]]
  }
}

extension WeightedList.Element {
  /// An element as it stands in the list; nil where it is none.
  fileprivate init?(_ text: Substring) {
    let parts = WeightedList.split(text, at: UInt8(ascii: ";")).map(\.withoutSpaces)
    name = parts[0]
    parameters = [:]
    weight = 1000
    guard !name.isEmpty else { return nil }
    var hasWeight = false
    for part in parts.dropFirst() where !part.isEmpty {
      guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")), equals > part.startIndex
      else { return nil }
      let (name, value) = (part[..<equals], part[equals...].dropFirst())
      // It is a weight wherever it stands (RFC 9110, section 12.5.1).
      guard name == "q" else {
        parameters[name] = value.withoutQuotes
        continue
      }
      guard let said = Self.weight(value), !hasWeight else { return nil }
      weight = said
      hasWeight = true
    }
  }

  /// A weight in thousandths: `0` or `1`, with three digits after the point at most.
  private static func weight(_ text: Substring) -> Int? {
    let digits = Array(text.utf8)
    guard (1...5).contains(digits.count) else { return nil }
    guard digits.count == 1 || digits[1] == UInt8(ascii: ".") else { return nil }
    var weight = 0
    for place in [0, 2, 3, 4] {
      let digit = place < digits.count ? Int(digits[place]) - Int(UInt8(ascii: "0")) : 0
      guard (0...9).contains(digit) else { return nil }
      weight = 10 * weight + digit
    }
    return weight <= 1000 ? weight : nil
  }
}

extension WeightedList {
  /// How much a media type is wanted, and how plainly that is said. Of two wishes the heavier is greater; of
  /// those that weigh the same, the one that was said more plainly.
  public struct Wish: Comparable, Sendable {
    /// In thousandths. 0: the type is not taken.
    public var weight: Int
    /// By `*/*` 0, by `type/*` 1, by the type's name 2, and more with each parameter.
    public var plainness: Int

    /// Whether the type is taken, by its name.
    public var isByName: Bool { weight > 0 && plainness >= 2 }

    /// Whether one is wanted less than the other.
    public static func < (one: Wish, other: Wish) -> Bool {
      (one.weight, one.plainness) < (other.weight, other.plainness)
    }
  }

  /// The wish for a media type: what the range says that fits it most closely (RFC 9110, section 12.5.1).
  ///
  /// - Parameters:
  ///   - mediaType: The type, in lower case.
  ///   - parameters: Its parameters that tell it from others of the name. A range that says another value of
  ///     one does not fit; further parameters of a range are passed over.
  public func wish(for mediaType: String, _ parameters: [String: String] = [:]) -> Wish {
    var wish = Wish(weight: 0, plainness: -1)
    let anyOfKind = mediaType.prefix { $0 != "/" } + "/*"
    for element in elements {
      var plainness: Int
      switch element.name {
      case mediaType[...]: plainness = 2
      case anyOfKind[...]: plainness = 1
      case "*/*": plainness = 0
      default: continue
      }
      let said = parameters.compactMap { name, value in
        element.parameters[name[...]].map { $0 == value }
      }
      guard !said.contains(false) else { continue }
      plainness += said.count
      // Of ranges that are the same the heaviest counts.
      let other = Wish(weight: element.weight, plainness: plainness)
      if plainness > wish.plainness || plainness == wish.plainness && other > wish { wish = other }
    }
    return wish
  }
}

extension Substring {
  /// Without the white space around it, which is spaces and tabs alone (RFC 9110, section 5.6.3).
  fileprivate var withoutSpaces: Substring {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let start = utf8.firstIndex(where: { !isSpace($0) }),
      let end = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return self[start..<utf8.index(after: end)]
  }

  /// What a string in quotes says, which any other text says of itself.
  fileprivate var withoutQuotes: Substring {
    guard hasPrefix("\""), hasSuffix("\""), utf8.count > 1 else { return self }
    var text = ""
    var isEscaped = false
    for character in dropFirst().dropLast() {
      isEscaped = character == "\\" && !isEscaped
      if !isEscaped { text.append(character) }
    }
    return text[...]
  }
}
