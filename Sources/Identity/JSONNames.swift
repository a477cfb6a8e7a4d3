/// The names in a JSON object: what two readers could take for different things when one stands there
/// twice (RFC 7519, section 4; RFC 8725, section 2.4).
enum JSONNames {
  /// Whether the outermost object has a name twice. Names with escapes count as they read. What is no
  /// JSON is left to whoever decodes it.
  static func hasDuplicate(_ json: [UInt8]) -> Bool {
    var names: Set<[UInt8]> = []
    var depth = 0
    // The last string at the object's own level, until it turns out to be a name.
    var last: [UInt8]?
    var at = 0
    while at < json.count {
      switch json[at] {
      case UInt8(ascii: "\""):
        guard let (text, end) = string(json, from: at + 1) else { return false }
        last = text
        at = end
        continue
      case UInt8(ascii: ":") where depth == 1:
        if let name = last, !names.insert(name).inserted { return true }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      at += 1
    }
    return false
  }

  /// The string that begins here, without its escapes, and where what follows it begins; nil where it
  /// does not end.
  private static func string(_ json: [UInt8], from start: Int) -> ([UInt8], Int)? {
    var text: [UInt8] = []
    var at = start
    while at < json.count {
      switch json[at] {
      case UInt8(ascii: "\""): return (text, at + 1)
      case UInt8(ascii: "\\"):
        guard at + 1 < json.count else { return nil }
        if json[at + 1] == UInt8(ascii: "u") {
          guard let unit = hexadecimal(json, at + 2) else { return nil }
          // As UTF-16: halves of a pair stay halves, and equal names equal.
          text += unit < 0x80 ? [UInt8(unit)] : [0, UInt8(unit >> 8), UInt8(unit & 0xFF)]
          at += 6
        } else {
          text += json[at..<at + 2]
          at += 2
        }
      case let byte:
        text.append(byte)
        at += 1
      }
    }
    return nil
  }

  private static func hexadecimal(_ json: [UInt8], _ start: Int) -> UInt16? {
    guard start + 4 <= json.count else { return nil }
    return UInt16(String(decoding: json[start..<start + 4], as: UTF8.self), radix: 16)
  }
}
