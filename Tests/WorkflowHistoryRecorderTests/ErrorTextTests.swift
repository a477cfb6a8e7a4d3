import Testing

@testable import WorkflowHistoryRecorder

@Suite("The text of an error")
struct ErrorTextTests {
  private enum LoadError: Error { case noRows(Int) }

  @Test("is its type and what it says of itself")
  func text() {
    #expect(errorText(LoadError.noRows(3), limit: 100) == "LoadError: noRows(3)")
    #expect(
      errorText(CancellationError(), limit: 100) == "CancellationError: the task was cancelled")
  }

  @Test("keeps its beginning and its end where it is too long, in whole characters")
  func truncation() {
    for text in [String(repeating: "a", count: 500), String(repeating: "日本", count: 300)] {
      for limit in 100..<140 {
        let short = truncated(text, to: limit)
        #expect(short.utf8.count <= limit)
        #expect(short.utf8.count > limit - 12)
        #expect(!short.contains("\u{FFFD}"))
        #expect(short.first == text.first)
        #expect(short.last == text.last)
        #expect(short.contains("bytes left out"))
      }
    }
    #expect(truncated("short", to: 5) == "short")
  }

  @Test("says how many bytes are left out")
  func count() throws {
    let short = truncated(String(repeating: "a", count: 1000), to: 200)
    let left = try #require(short.split { !$0.isNumber }.compactMap { Int($0) }.first)
    #expect(short.count { $0 == "a" } == 1000 - left)
  }

  @Test("has no NUL in it")
  func nul() { #expect(truncated("a\0b", to: 100) == "a\u{FFFD}b") }
}
