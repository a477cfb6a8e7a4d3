import WorkflowHistory

/// What a call was answered, in the three forms that a command can print.
protocol Answer {
  /// The response message.
  var json: ProtobufJSON { get }
  /// For a pipe: everything, in columns with tabs between.
  var plain: [PlainTable] { get }
  /// For a terminal: what people look for first.
  func screen(now: Timestamp) -> [ScreenBlock]
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
