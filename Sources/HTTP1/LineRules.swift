/// What lines may be made of. http-parser, as Debian builds it, takes line feeds alone, folded lines,
/// spaces before colons, control characters, and chunks that end with any two bytes: each of which
/// another server on the way may read in another way.
enum LineRules {
  /// Checks a request line (RFC 9112, section 3), without its CRLF.
  static func checkRequestLine(_ line: ArraySlice<UInt8>) throws(HTTP1Refusal) {
    guard line.allSatisfy({ 0x20...0x7E ~= $0 }) else {
      throw .malformed("the request line has a character that it may not have")
    }
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), parts[0].allSatisfy(isTokenByte)
    else { throw .malformed("the request line is not a method, a target and a version") }
    let version = Array(parts[2])
    guard version.count == 8, version.starts(with: "HTTP/".utf8), isDigit(version[5]),
      version[6] == UInt8(ascii: "."), isDigit(version[7])
    else { throw .malformed("the request line ends with no version of HTTP") }
    guard version[5] == UInt8(ascii: "1"), version[7] <= UInt8(ascii: "1") else {
      throw HTTP1Refusal(505, "the versions are HTTP/1.0 and HTTP/1.1, and HTTP/2 by ALPN")
    }
  }

  /// Checks the line of a field (RFC 9112, section 5), without its CRLF.
  static func checkField(_ line: ArraySlice<UInt8>) throws(HTTP1Refusal) {
    guard line.first != 0x20, line.first != 0x09 else {
      throw .malformed("a field's line is folded")
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else { throw .malformed("a field's name is none") }
    guard line[(colon + 1)...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw .malformed("a field's value has a control character")
    }
  }

  /// Checks the line before a chunk (RFC 9112, section 7.1): its size, and extensions.
  static func checkChunkSize(_ line: ArraySlice<UInt8>) throws(HTTP1Refusal) {
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    guard !digits.isEmpty, digits.count <= 16, digits.allSatisfy(isHexadecimalDigit) else {
      throw .malformed("a chunk's size is none")
    }
    let rest = line.dropFirst(digits.count)
    guard rest.isEmpty || rest.first == UInt8(ascii: ";"),
      rest.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 })
    else { throw .malformed("a chunk's extensions are none") }
  }

  /// RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    // `^`, `_` and the backtick stand right before the lower-case letters.
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
