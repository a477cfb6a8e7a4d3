public import RPC

/// Whether the body of an answer is gzipped, as far as its caller says (RFC 9110, section 12.5.3).
public enum GzipUse: Equatable, Sendable {
  /// The caller does not take it, or would rather have the body as it is.
  case never
  /// It is, if that pays.
  case whenWorthIt
  /// It is, since the caller takes nothing else.
  case always

  /// What the fields `accept-encoding` ask for. Where there is none, nothing is compressed: who says
  /// nothing is more likely not to expect it than not to mind.
  public init(_ metadata: Metadata) {
    self = metadata.list("accept-encoding").map(Self.init(acceptEncoding:)) ?? .never
  }

  private init(acceptEncoding: String) {
    var gzip: Int?
    var identity: Int?
    var others: Int?
    for element in acceptEncoding.lowercased().split(separator: ",") {
      let parts = element.split(separator: ";", omittingEmptySubsequences: false)
      // What is no weight tells nothing of the coding before it.
      guard let weight = Self.weight(parts.dropFirst()) else { continue }
      switch Self.trimmed(parts[0]) {
      case "gzip", "x-gzip": gzip = max(gzip ?? 0, weight)
      case "identity": identity = weight
      case "*": others = weight
      default: break
      }
    }
    let wish = gzip ?? others ?? 0
    // The body as it is needs no mention.
    switch identity ?? others {
    case _ where wish == 0: self = .never
    case 0: self = .always
    case let plain? where plain > wish: self = .never
    default: self = .whenWorthIt
    }
  }

  /// The weight that these parameters say, in thousandths (RFC 9110, section 12.4.2); nil where they
  /// say none.
  private static func weight(_ parameters: ArraySlice<Substring>) -> Int? {
    guard let parameter = parameters.first.map(trimmed) else { return 1000 }
    guard parameters.count == 1, parameter.hasPrefix("q=") else { return nil }
    let digits = Array(parameter.dropFirst(2).utf8)
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

  /// Without the white space around it, which is spaces and tabs alone.
  private static func trimmed(_ text: Substring) -> Substring {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = text.drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return start[...end]
  }
}
