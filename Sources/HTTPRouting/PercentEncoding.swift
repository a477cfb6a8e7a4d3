/// Percent-encoding (RFC 3986, section 2.1), decoded strictly.
package enum PercentEncoding {
  /// The text that an encoded one stands for. Nil where a `%` has no two digits behind it, or what comes
  /// out is not UTF-8 or has a NUL.
  ///
  /// - Parameter spaces: Whether `+` stands for a space, as it does in queries that forms make.
  package static func decode(_ text: Substring, spaces: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(spaces && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
