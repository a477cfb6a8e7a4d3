/// The rules for a head that http-parser, which is made to be lax, doesn't have.
extension HTTP1RequestHead {
  /// Holds the fields, as they came, to RFC 9112, and takes what they say of the request.
  mutating func take(_ came: [HTTP1Field], target: String) throws(HTTP1Refusal) {
    let hosts = came.filter { $0.name == "host" }
    fields = came.filter { $0.name != "host" }
    guard hosts.count == 1 || hosts.isEmpty && isHTTP10 else {
      throw .malformed("a request has exactly one Host")
    }
    authority = hosts.first?.value ?? ""
    guard hosts.isEmpty || Self.isAuthority(authority) else {
      throw .malformed("the Host is no host and port")
    }
    try take(target: target)
    try takeBodyLength()
    try takeExpectations()
  }

  /// RFC 9112, section 3.2.
  private mutating func take(target: String) throws(HTTP1Refusal) {
    guard !target.utf8.contains(UInt8(ascii: "#")) else {
      throw .malformed("a request's target has no fragment")
    }
    if target == "*", method == "OPTIONS" {
      path = target
      return
    }
    guard let path = Self.path(of: target) else {
      throw .malformed("the target is no path and no URI")
    }
    if let rest = Self.afterScheme(target) {
      let authority = String(rest.prefix(while: Self.isBeforePath))
      guard Self.isAuthority(authority) else {
        throw .malformed("the target is no path and no URI")
      }
      self.authority = authority
    }
    self.path = path
  }

  /// The path and query of a target; nil where it has none.
  static func path(of target: String) -> String? {
    if target.hasPrefix("/") { return target }
    return afterScheme(target).map { rest in
      let path = rest.drop(while: isBeforePath)
      return path.hasPrefix("/") ? String(path) : "/" + path
    }
  }

  private static func isBeforePath(_ character: Character) -> Bool {
    character != "/" && character != "?"
  }

  private static func afterScheme(_ target: String) -> Substring? {
    for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
      return target.dropFirst(scheme.count)
    }
    return nil
  }

  /// Whether a text is a host, perhaps with a port (RFC 3986, section 3.2), without user information.
  private static func isAuthority(_ text: String) -> Bool {
    var host = text[...]
    let hasLiteral = host.hasPrefix("[")
    if let colon = host.lastIndex(of: ":"), host[colon...].dropFirst().allSatisfy(\.isASCIIDigit) {
      host = host[..<colon]
    }
    if hasLiteral {
      guard host.hasSuffix("]") else { return false }
      host = host.dropFirst().dropLast()
      return !host.isEmpty
        && host.utf8.allSatisfy { $0 != UInt8(ascii: "%") && isHostByte($0, isLiteral: true) }
    }
    return !host.isEmpty && host.utf8.allSatisfy { isHostByte($0, isLiteral: false) }
  }

  private static func isHostByte(_ byte: UInt8, isLiteral: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: ":"): isLiteral
    default: "-._~!$&'()*+,;=%".utf8.contains(byte)
    }
  }

  /// RFC 9112, section 6. Whoever sends both lengths, or one twice, means to smuggle, or passes on what
  /// someone else means to.
  private mutating func takeBodyLength() throws(HTTP1Refusal) {
    let lengths = fields.filter { $0.name == "content-length" }
    let codings = fields.filter { $0.name == "transfer-encoding" }
    guard lengths.count <= 1, codings.count <= 1 else {
      throw .malformed("the body's length is said more than once")
    }
    guard lengths.isEmpty || codings.isEmpty else {
      throw .malformed("Content-Length and Transfer-Encoding exclude each other")
    }
    if let coding = codings.first {
      guard !isHTTP10 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
      guard coding.value.lowercased() == "chunked" else {
        throw HTTP1Refusal(501, "the only Transfer-Encoding is chunked")
      }
      contentLength = nil
    } else if let length = lengths.first {
      guard !length.value.isEmpty, length.value.allSatisfy(\.isASCIIDigit),
        let count = Int(length.value)
      else { throw .malformed("the Content-Length is no length") }
      contentLength = count
    }
  }

  /// RFC 9110, section 10.1.1.
  private mutating func takeExpectations() throws(HTTP1Refusal) {
    let expectations = fields.filter { $0.name == "expect" }
    guard expectations.allSatisfy({ $0.value.lowercased() == "100-continue" }) else {
      throw HTTP1Refusal(417, "the only expectation is 100-continue")
    }
    expectsContinue = !expectations.isEmpty && !isHTTP10 && contentLength != 0
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { "0"..."9" ~= self && isASCII }
}
