/// Where a call stands in a distributed trace, as its `traceparent` says (W3C Trace Context, level
/// 1, section 3.2).
public struct TraceContext: Hashable, Sendable {
  /// The whole trace: 32 hexadecimal digits, lowercase, not all of them 0.
  public let traceID: String
  /// The caller's part of it: 16 hexadecimal digits, lowercase, not all of them 0.
  public let parentID: String
  /// Whether the caller keeps what it knows of the trace.
  public let isSampled: Bool

  /// Reads a `traceparent`; nil where it is none, and then the trace begins anew.
  public init?(_ traceparent: String) {
    let text = Array(traceparent.utf8)
    let dash = UInt8(ascii: "-")
    guard text.count >= 55, text[2] == dash, text[35] == dash, text[52] == dash,
      let version = Self.hexadecimal(text[0..<2]), version != "ff",
      let traceID = Self.hexadecimal(text[3..<35]), traceID.contains(where: { $0 != "0" }),
      let parentID = Self.hexadecimal(text[36..<52]), parentID.contains(where: { $0 != "0" }),
      let flags = Self.hexadecimal(text[53..<55]).flatMap({ UInt8($0, radix: 16) }),
      // Version 00 ends here; later ones may go on.
      text.count == 55 || version != "00" && text[55] == dash
    else { return nil }
    self.traceID = traceID
    self.parentID = parentID
    isSampled = flags & 1 == 1
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> String? {
    let isHexadecimal = digits.allSatisfy { digit in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit)
    }
    return isHexadecimal ? String(decoding: digits, as: UTF8.self) : nil
  }
}
