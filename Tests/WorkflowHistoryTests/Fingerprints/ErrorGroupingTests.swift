import Testing
import WorkflowHistory

@Suite("Fingerprints of many programs' messages")
struct ErrorGroupingTests {
  @Test("put together what is the same error, and keep apart what is not")
  func groups() throws {
    let all = try ErrorMessages.groups()
    #expect(all.count >= 50)
    #expect(all.reduce(0) { $0 + $1.messages.count } >= 150)
    #expect(all.allSatisfy { $0.messages.count > 1 })
    var lines = [row("", "groups", "messages", "right", "wrong merges", "wrong splits")]
    func score(_ title: String, _ groups: [ErrorMessages.Group]) -> GroupingScore {
      let score = GroupingScore(of: groups, among: all, ErrorFingerprint.fingerprint)
      lines.append(
        row(
          title, "\(score.groups)", "\(score.messages)", "\(score.right)", "\(score.merges)",
          "\(score.splits)"))
      return score
    }
    for file in Set(all.map(\.file)).sorted() {
      _ = score(String(file.dropLast(4)), all.filter { $0.file == file })
    }
    _ = score("held back", all.filter(\.isHeldBack))
    let whole = score("all", all)
    print(lines.joined(separator: "\n"))
    #expect(whole.wrong == [])
    #expect(whole.right == whole.groups)
  }

  @Test("are told to be wrong where they merge or split groups")
  func wrongFingerprints() throws {
    let all = try ErrorMessages.groups()
    let none = GroupingScore(of: all, among: all) { _ in "an error" }
    #expect(none.right == 0 && none.merges == all.count && none.splits == 0)
    let whole = GroupingScore(of: all, among: all) { $0 }
    #expect(whole.splits > all.count / 2)
  }

  @Test("are short")
  func lengths() throws {
    let lengths = try ErrorMessages.groups().flatMap(\.messages)
      .map { ErrorFingerprint.fingerprint(of: $0).unicodeScalars.count }.sorted()
    #expect(lengths[lengths.count / 2] < 100)
    #expect(lengths.last! <= ErrorFingerprint.lengthLimit)
  }

  private func row(_ cells: String...) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, 13 - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined()
  }
}
