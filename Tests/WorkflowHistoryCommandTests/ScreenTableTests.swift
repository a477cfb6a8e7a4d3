import Testing

@testable import workflow_history

@Suite("A table in a terminal")
struct ScreenTableTests {
  private let table = ScreenTable(
    columns: [
      .init(title: "ID"), .init(title: "COUNT", isNumeric: true),
      .init(title: "NAME", least: 6), .init(title: "ERROR", least: 8, isOptional: true),
    ],
    rows: [
      ["a1", "7", "short", ""],
      ["b22", "1200", "a name that is long", "refused by the host"],
    ])

  @Test("sets columns side by side, numbers to the right, and leaves no blanks at a line's end")
  func natural() {
    #expect(
      table.lines(columns: 80, hasColor: false) == [
        "ID   COUNT  NAME                 ERROR",
        "a1       7  short",
        "b22   1200  a name that is long  refused by the host",
      ])
  }

  @Test("cuts the widest columns where the terminal is narrower")
  func cut() {
    #expect(
      table.lines(columns: 38, hasColor: false) == [
        "ID   COUNT  NAME          ERROR",
        "a1       7  short",
        "b22   1200  a name that…  refused by …",
      ])
  }

  @Test("leaves an optional column out where even its least has no room")
  func optional() {
    #expect(
      table.lines(columns: 25, hasColor: false) == [
        "ID   COUNT  NAME",
        "a1       7  short",
        "b22   1200  a name that …",
      ])
  }

  @Test("never cuts a column that has no least, however narrow the terminal")
  func uncut() {
    #expect(table.lines(columns: 1, hasColor: false).last == "b22   1200  a nam…")
  }

  @Test("measures wide characters as two columns, and colours only what is seen")
  func widths() {
    let table = ScreenTable(
      columns: [.init(title: "A"), .init(title: "B")],
      rows: [[StyledText("流れ", .red), "x"], [StyledText("", .red), "y"]])
    #expect(
      table.lines(columns: 80, hasColor: true) == [
        "\u{1B}[1mA\u{1B}[0m     \u{1B}[1mB\u{1B}[0m",
        "\u{1B}[31m流れ\u{1B}[0m  x",
        "      y",
      ])
  }

  @Test("shows a control that was saved instead of obeying it")
  func controls() {
    #expect(
      StyledText("a\u{1B}[2Jb\nc\u{202E}d").text == "a\\u{1b}[2Jb\\nc\\u{202e}d")
    #expect(
      PlainTable(header: ["n"], rows: [["x\ty\n"]]).text == "n\nx\\ty\\n\n")
  }
}
