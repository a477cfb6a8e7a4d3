import ProtobufJSON
import ProtobufMessages
import WorkflowHistory
import WorkflowHistoryMessages

/// What a command has to tell, in the three forms that it can print.
protocol Answer {
  /// For a program: JSON, two spaces a level, without a line feed at its end.
  var json: String { get }
  /// For a pipe: everything, in columns with tabs between.
  var plain: [PlainTable] { get }
  /// For a terminal: what people look for first.
  func screen(now: Timestamp) -> [ScreenBlock]
}

/// What a call was answered.
protocol ResponseAnswer: Answer {
  /// The response message.
  var response: ResponseMessage { get }
}

extension ResponseAnswer {
  /// The response message in protobuf's JSON.
  var json: String { response.json }
}

/// A response message or a part of one, and what it is.
struct ResponseMessage {
  private let name: String
  private let message: any EncodableMessage

  init(_ name: String, _ message: any EncodableMessage) {
    self.name = name
    self.message = message
  }

  /// The message in protobuf's JSON, two spaces a level, without a line feed at its end.
  ///
  /// Fields without presence are always written, so that a script needs no defaults.
  var json: String { JSONLayout.indented(compactJSON) }

  /// The same on one line.
  var jsonLine: String { JSONLayout.line(compactJSON) }

  private var compactJSON: [UInt8] {
    let wire = message.encode(arena: Arena(), prefix: 0)
    let declaration = WorkflowHistoryAPI.messages["workflow_history.v1." + name]
    guard let declaration, let json = try? JSONMapping().json(of: wire, as: declaration) else {
      preconditionFailure("\(name) is no message of ours")
    }
    return json
  }
}

/// Columns with tabs between, for `cut` and `awk`; the names are those of the fields in the proto.
struct PlainTable: Equatable {
  var header: [String]
  var rows: [[String]]

  /// One line for each row, the header's first.
  var text: String {
    ([header] + rows).map { row in
      row.map(\.withVisibleControls).joined(separator: "\t") + "\n"
    }.joined()
  }
}

/// A part of what a terminal shows.
enum ScreenBlock: Equatable {
  case line(StyledText)
  case table(ScreenTable)
  /// Names, each with its value beside it.
  case fields([(name: String, value: StyledText)])

  static func == (a: ScreenBlock, b: ScreenBlock) -> Bool {
    switch (a, b) {
    case (.line(let a), .line(let b)): a == b
    case (.table(let a), .table(let b)): a == b
    case (.fields(let a), .fields(let b)): a.elementsEqual(b, by: ==)
    default: false
    }
  }

  /// The block's lines in a terminal.
  func lines(columns: Int, hasColor: Bool) -> [String] {
    switch self {
    case .line(let text): return [text.rendered(hasColor: hasColor)]
    case .table(let table): return table.lines(columns: columns, hasColor: hasColor)
    case .fields(let fields):
      let width = fields.reduce(0) { max($0, $1.name.terminalWidth) }
      return fields.map { name, value in
        let padding = String(repeating: " ", count: width - name.terminalWidth + 2)
        return StyledText(name, .bold).rendered(hasColor: hasColor) + padding
          + value.rendered(hasColor: hasColor)
      }
    }
  }
}
