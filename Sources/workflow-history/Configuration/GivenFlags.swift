import Configuration

/// Which settings stand among a command's arguments. The parser says what they mean; it does not say which
/// were given and which have their default.
struct GivenFlags {
  /// The values by the settings' names, in their order.
  private(set) var values: [String: [String]] = [:]
  /// The configuration file.
  private(set) var path: String?

  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst(), argument != "--" {
      guard argument.hasPrefix("--") else { continue }
      let parts = argument.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard name == "config" || Setting.all.contains(where: { $0.name == name }) else { continue }
      let value = parts.count > 1 ? String(parts[1]) : rest.popFirst()
      guard let value else { continue }
      if name == "config" { path = value } else { values[name, default: []].append(value) }
    }
  }

  /// The values as a provider of configuration has them.
  var configuration: [AbsoluteConfigKey: ConfigValue] {
    var configuration: [AbsoluteConfigKey: ConfigValue] = [:]
    for setting in Setting.all {
      guard let given = values[setting.name], let last = given.last else { continue }
      configuration[AbsoluteConfigKey([setting.name])] = ConfigValue(
        setting.isList ? .stringArray(given) : .string(last), isSecret: false)
    }
    return configuration
  }
}
