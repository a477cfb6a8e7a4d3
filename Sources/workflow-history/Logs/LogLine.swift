import Logging
import WorkflowHistory

/// One line of the log.
struct LogLine {
  /// How lines are written.
  enum Style: Equatable {
    case text(hasColor: Bool)
    /// An object on each line.
    case json
  }

  var time: Timestamp
  var level: Logger.Level
  var logger: String
  var message: String
  var metadata: Logger.Metadata = [:]

  /// The line, without a line feed.
  func rendered(_ style: Style) -> String {
    switch style {
    case .text(let hasColor): text(hasColor: hasColor)
    case .json: json.line
    }
  }

  private func text(hasColor: Bool) -> String {
    let name = StyledText(level.rawValue.uppercased().padding(to: 7), level.style)
    let fields = fields.map { name, value, _ in
      let plain = value.withVisibleControls
      let isWord = !plain.isEmpty && !plain.contains { $0 == " " || $0 == "\"" }
      return " " + StyledText("\(name)=", .dim).rendered(hasColor: hasColor)
        + (isWord ? plain : "\"\(plain.replacing("\"", with: "\\\""))\"")
    }
    return StyledText(time.rfc3339, .dim).rendered(hasColor: hasColor) + " "
      + name.rendered(hasColor: hasColor) + " " + message.withVisibleControls + fields.joined()
  }

  private var json: JSONValue {
    let own: [(name: String, value: JSONValue?)] = [
      ("time", .string(time.rfc3339)), ("level", .string(level.rawValue)),
      ("logger", .string(logger)), ("message", .string(message)),
    ]
    return .object(
      own
        + fields.map { name, text, number in
          let isTaken = own.contains { $0.name == name }
          return (isTaken ? "metadata." + name : name, number.map(JSONValue.int32) ?? .string(text))
        })
  }

  /// A name, what is told under it, and that as a number where it was given as an integer.
  private typealias Field = (name: String, text: String, number: Int32?)

  /// What goes with the message, flat: a dictionary's values under their names behind its own, an array's
  /// under their numbers.
  private var fields: [Field] {
    Self.flat(.dictionary(metadata), "").sorted { $0.name < $1.name }
  }

  private static func flat(_ value: Logger.MetadataValue, _ name: String) -> [Field] {
    func within(_ part: String) -> String { name.isEmpty ? part : "\(name).\(part)" }
    switch value {
    case .string(let text): return [(name, text, nil)]
    case .stringConvertible(let value):
      let number = (value as? any BinaryInteger).flatMap { Int32(exactly: $0) }
      return [(name, value.description, number)]
    case .array(let values):
      return values.enumerated().flatMap { flat($0.element, within("\($0.offset)")) }
    case .dictionary(let values): return values.flatMap { flat($0.value, within($0.key)) }
    }
  }
}

extension String {
  fileprivate func padding(to columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - terminalWidth))
  }
}

extension Logger.Level {
  fileprivate var style: StyledText.Style {
    switch self {
    case .trace, .debug: .dim
    case .info: .cyan
    case .notice: .green
    case .warning: .yellow
    case .error, .critical: .red
    }
  }
}
