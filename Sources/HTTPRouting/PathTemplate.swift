/// A template of paths (google/api/http.proto): segments, and a verb.
package struct PathTemplate: Hashable, Sendable {
  package enum Segment: Hashable, Sendable {
    case literal(String)
    /// One segment, whose text is the value of the field with this path.
    case field(String)
  }

  package private(set) var segments: [Segment] = []
  /// What stands after a colon at the end. Empty where there is none.
  private(set) var verb = ""

  /// Throws where the template has more than literals, fields of one segment and a verb.
  package init(_ template: String) throws(HTTPRuleError) {
    var rest = template[...]
    guard rest.popFirst() == "/" else { throw Self.malformed(template) }
    // A field's name has no colon, nor has a literal.
    if let colon = rest.lastIndex(of: ":") {
      verb = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
      guard Self.isPlain(verb) else { throw Self.malformed(template) }
    }
    for text in rest.split(separator: "/", omittingEmptySubsequences: false) {
      if text.hasPrefix("{"), text.hasSuffix("}"), Self.isPlain(text.dropFirst().dropLast()) {
        segments.append(.field(String(text.dropFirst().dropLast())))
      } else if Self.isPlain(text) {
        segments.append(.literal(String(text)))
      } else {
        throw Self.malformed(template)
      }
    }
  }

  /// Whether the text is made of letters, digits and what need not be encoded in a path.
  private static func isPlain(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20 || "-._~".utf8.contains(byte)
      }
  }

  private static func malformed(_ template: String) -> HTTPRuleError {
    HTTPRuleError(description: "\(template) is no template of literals, {fields} and a :verb")
  }

  /// The fields' texts, still encoded, where the template is that of the path; else nil.
  package func match(_ path: Substring) -> [(field: String, text: Substring)]? {
    var path = path
    guard path.popFirst() == "/" else { return nil }
    if !verb.isEmpty {
      guard path.hasSuffix(":" + verb) else { return nil }
      path = path.dropLast(verb.count + 1)
    }
    let texts = path.split(
      separator: "/", maxSplits: segments.count, omittingEmptySubsequences: false)
    guard texts.count == segments.count else { return nil }
    var fields: [(field: String, text: Substring)] = []
    for (segment, text) in zip(segments, texts) {
      switch segment {
      case .literal(let literal): if text != literal { return nil }
      case .field(let field):
        if text.isEmpty { return nil }
        fields.append((field, text))
      }
    }
    return fields
  }
}
