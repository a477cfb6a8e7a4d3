import Configuration
import JSON
import WorkflowHistory

/// A configuration file: a JSON object of settings by their names, each with text, a number, or an array
/// of these. It is held to that: a key that is no setting, or stands there twice, is an error.
struct SettingsFile: FileConfigSnapshot {
  struct ParsingOptions: FileParsingOptions {
    var settings: [Setting]
    static let `default` = ParsingOptions(settings: Setting.all)
  }

  let providerName: String
  private let values: [String: [String]]

  init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
    let bytes = data.withUnsafeBytes { Array($0) }
    try self.init(bytes, providerName: providerName, settings: parsingOptions.settings)
  }

  init(_ bytes: [UInt8], providerName: String, settings: [Setting]) throws(ConfigurationError) {
    let document: JSONDocument
    do {
      document = try JSONDocument(checking: bytes)
    } catch {
      throw ConfigurationError(problems: ["it is no JSON: \(error)"])
    }
    var reader = SettingsReader(document, settings: settings)
    self.providerName = providerName
    values = try reader.read()
  }

  /// The text of a setting, or its texts, as the type asks.
  func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
    let name = key.components.joined(separator: "-")
    let content = values[name].map { texts -> ConfigContent in
      type == .stringArray ? .stringArray(texts) : .string(texts[0])
    }
    return LookupResult(
      encodedKey: name, value: content.map { ConfigValue($0, isSecret: false) })
  }

  var description: String { "\(providerName)[\(values.count) values]" }
  /// Without the values, which may be secret.
  var debugDescription: String { description }
}

/// Takes a file's settings out of its tokens, and notes what is wrong with them.
private struct SettingsReader {
  private var tokens: JSONTokens
  private let settings: [Setting]
  private var values: [String: [String]] = [:]
  private var problems: [String] = []

  /// Far more than any value has.
  private static let stringLimit = 1 << 20

  init(_ document: JSONDocument, settings: [Setting]) {
    tokens = JSONTokens(document.utf8, stringLimit: Self.stringLimit)
    self.settings = settings
  }

  mutating func read() throws(ConfigurationError) -> [String: [String]] {
    guard tokens.next() == .beginObject else {
      throw ConfigurationError(problems: [#"it is no JSON object: {"listen": "0.0.0.0:50051"}"#])
    }
    while case .name(let name)? = tokens.next() { take(name ?? "") }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return values
  }

  private mutating func take(_ name: String) {
    guard let setting = settings.first(where: { $0.name == name }) else {
      let known = nearest(to: name, of: settings.map(\.name)).map { ": do you mean \($0)?" } ?? ""
      problems.append("there is no setting \(name)\(known)")
      tokens.skipValue()
      return
    }
    guard let texts = texts(isList: setting.isList) else {
      let array = setting.isList ? ", or an array of these" : ""
      return problems.append("\(name) takes a text or a number\(array)")
    }
    guard values.updateValue(texts, forKey: name) == nil else {
      return problems.append("\(name) stands there twice")
    }
  }

  /// The value that comes next; nil where it is none of a setting. It is passed over in any case.
  private mutating func texts(isList: Bool) -> [String]? {
    switch tokens.next() {
    case .string(let text?)?: return [text]
    case .number(let digits)?: return [digits]
    case .beginArray?:
      var texts: [String] = []
      var isGood = isList
      while let token = tokens.next(), token != .endArray {
        switch token {
        case .string(let text?): texts.append(text)
        case .number(let digits): texts.append(digits)
        default:
          isGood = false
          skipRest(after: token)
        }
      }
      return isGood ? texts : nil
    case let token?:
      skipRest(after: token)
      return nil
    case nil: return nil
    }
  }

  /// Passes over what a token has begun.
  private mutating func skipRest(after token: JSONTokens.Token) {
    var depth = 0
    var token = token
    while true {
      switch token {
      case .beginObject, .beginArray: depth += 1
      case .endObject, .endArray: depth -= 1
      default: break
      }
      guard depth > 0, let next = tokens.next() else { return }
      token = next
    }
  }
}
