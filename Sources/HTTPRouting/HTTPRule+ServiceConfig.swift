import JSON

extension HTTPRule {
  /// The rules of a service config (`google.api.Service`, AIP-127) in JSON: those of `http.rules`, with
  /// their additional bindings.
  public static func rules(ofServiceConfig json: [UInt8]) throws(HTTPRuleError) -> [HTTPRule] {
    do throws(JSONError) {
      var checker = JSONChecker(depthLimit: 16)
      try checker.check(json.span)
    } catch {
      throw HTTPRuleError(description: "the service config is not JSON: \(error)")
    }
    var reader = ServiceConfigReader(json)
    return try reader.rules()
  }
}

/// Reads the rules of a config that was checked to be JSON.
private struct ServiceConfigReader {
  private static let methods = ["get", "put", "post", "delete", "patch"]
  private var tokens: JSONTokens

  init(_ json: [UInt8]) { tokens = JSONTokens(json, stringLimit: json.count) }

  mutating func rules() throws(HTTPRuleError) -> [HTTPRule] {
    var rules: [HTTPRule] = []
    try object { (reader, name) throws(HTTPRuleError) in
      guard name == "http" else { return reader.skip() }
      try reader.object { (reader, name) throws(HTTPRuleError) in
        guard name == "rules" else { return reader.skip() }
        rules += try reader.bindings(selector: nil)
      }
    }
    return rules
  }

  /// An array of rules; the additional ones of a rule have its selector.
  private mutating func bindings(selector: String?) throws(HTTPRuleError) -> [HTTPRule] {
    var rules: [HTTPRule] = []
    guard tokens.next() == .beginArray else { throw unexpected("an array of rules") }
    while tokens.hasElement() { rules += try rule(selector: selector) }
    return rules
  }

  private mutating func rule(selector: String?) throws(HTTPRuleError) -> [HTTPRule] {
    var rule = HTTPRule(selector: selector ?? "", method: "", path: "")
    var additional: [HTTPRule] = []
    try object { (reader, name) throws(HTTPRuleError) in
      switch name {
      case "selector": rule.selector = try reader.string()
      case "body":
        let body = try reader.string()
        rule.body = body == "*" ? .request : .field(body)
      case "additional_bindings": additional = try reader.bindings(selector: rule.selector)
      case _ where Self.methods.contains(name):
        rule.method = name.uppercased()
        rule.path = try reader.string()
      default: throw HTTPRuleError(description: "\(rule.selector): \(name) is not known")
      }
    }
    // Members may come in any order.
    for index in additional.indices { additional[index].selector = rule.selector }
    return [rule] + additional
  }

  private mutating func object(
    _ member: (inout ServiceConfigReader, String) throws(HTTPRuleError) -> Void
  ) throws(HTTPRuleError) {
    guard tokens.next() == .beginObject else { throw unexpected("an object") }
    while case .name(let name?) = tokens.next() { try member(&self, name) }
  }

  private mutating func string() throws(HTTPRuleError) -> String {
    guard case .string(let text?) = tokens.next() else { throw unexpected("a string") }
    return text
  }

  private mutating func skip() { tokens.skipValue() }

  private func unexpected(_ what: String) -> HTTPRuleError {
    HTTPRuleError(description: "the service config has no \(what) where one is due")
  }
}
