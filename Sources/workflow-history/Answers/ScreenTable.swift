/// A table for a terminal: columns side by side, as wide as what they hold, cut where the terminal
/// is narrower.
struct ScreenTable: Equatable {
  struct Column: Equatable {
    var title: String
    /// Whether the cells end at the same column, as numbers do.
    var isNumeric = false
    /// The fewest columns that it may be cut to; nil: it is never cut.
    var least: Int?
    /// Whether it is left out where the terminal has no room: the last of these goes first.
    var isOptional = false
  }

  var columns: [Column]
  /// As many cells in each as there are columns.
  var rows: [[StyledText]]

  private static let gap = 2

  /// The table's lines in a terminal of so many columns: the titles, then the rows.
  func lines(columns available: Int, hasColor: Bool) -> [String] {
    let table = fitted(to: available)
    let widths = table.widths(in: available)
    let titles = table.columns.map { StyledText($0.title, .bold) }
    return ([titles] + table.rows).map { table.line($0, widths, hasColor: hasColor) }
  }

  /// The table without the optional columns that there is no room for.
  private func fitted(to available: Int) -> ScreenTable {
    var table = self
    while table.leastWidth > available,
      let last = table.columns.lastIndex(where: \.isOptional)
    {
      table.columns.remove(at: last)
      for row in table.rows.indices { table.rows[row].remove(at: last) }
    }
    return table
  }

  private var leastWidth: Int {
    zip(columns, naturalWidths).reduce(Self.gap * (columns.count - 1)) {
      $0 + min($1.0.least ?? $1.1, $1.1)
    }
  }

  private var naturalWidths: [Int] {
    columns.indices.map { index in
      rows.reduce(columns[index].title.terminalWidth) { max($0, $1[index].width) }
    }
  }

  /// Takes from the widest column that may be cut until the table fits.
  private func widths(in available: Int) -> [Int] {
    var widths = naturalWidths
    var excess = widths.reduce(Self.gap * (columns.count - 1), +) - available
    while excess > 0 {
      let cuttable = columns.indices.filter { index in
        columns[index].least.map { widths[index] > $0 } ?? false
      }
      guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [StyledText], _ widths: [Int], hasColor: Bool) -> String {
    var line = ""
    // Blanks are written only before something, so that no line ends with them.
    var blanks = 0
    for (index, cell) in cells.enumerated() {
      let cell = cell.cut(to: widths[index])
      let rest = widths[index] - cell.width
      if columns[index].isNumeric { blanks += rest }
      if !cell.text.isEmpty {
        line += String(repeating: " ", count: blanks) + cell.rendered(hasColor: hasColor)
        blanks = 0
      }
      blanks += (columns[index].isNumeric ? 0 : rest) + Self.gap
    }
    return line
  }
}
