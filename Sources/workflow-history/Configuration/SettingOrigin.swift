/// Where the value of a setting is from, in the order in which these go before each other.
enum SettingOrigin: Equatable, CustomStringConvertible {
  case flag(String)
  case variable(String)
  case file(path: String, key: String)
  /// The program's own.
  case standard

  /// As errors and tables say it.
  var description: String {
    switch self {
    case .flag(let flag): flag
    case .variable(let variable): variable
    case .file(let path, let key): "\(key) in \(path)"
    case .standard: "default"
    }
  }
}

/// What is wrong with the settings, each in one line: where, what, and what would be right.
struct ConfigurationError: Error, Equatable {
  var problems: [String]
}
