import Testing

@Suite("The documentation of a library")
struct DocumentationTests {
  @Test(
    "has examples that its tests compile, line by line",
    arguments: ["WorkflowHistoryClient", "WorkflowHistoryRecorder"])
  func examplesCompile(room: String) throws {
    var rest = try lines(of: "Tests/\(room)Tests/ExampleTests.swift")[...]
    var isCode = false
    var count = 0
    for line in try lines(of: "Sources/\(room)/\(room).docc/\(room).md") {
      if line.hasPrefix("```") {
        isCode = line == "```swift"
      } else if isCode, !line.isEmpty {
        let found = try #require(rest.firstIndex(of: line), "\(line) does not follow in the tests")
        rest = rest[(found + 1)...]
        count += 1
      }
    }
    #expect(count > 10)
  }

  private func lines(of path: String) throws -> [Substring] {
    try #require(SourceFile(path: path)).lines.map { $0.drop(while: \.isWhitespace) }
  }
}
