import Testing
import WorkflowHistory

@Suite("Exact text")
struct ExactTextTests {
  @Test(
    "is the same where its bytes are, whatever characters they spell",
    arguments: [
      ("", "", true), ("etl", "etl", true), ("etl", "etk", false), ("\u{E9}", "\u{E9}", true),
      ("\u{E9}", "e\u{301}", false), ("K", "\u{212A}", false),
      ("a\u{323}\u{307}", "a\u{307}\u{323}", false),
    ] as [(String, String, Bool)])
  func equality(a: String, b: String, isSame: Bool) {
    #expect((ExactText(a) == ExactText(b)) == isSame)
    #expect((ExactText(b) == ExactText(a)) == isSame)
    #expect(Set([ExactText(a), ExactText(b)]).count == (isSame ? 1 : 2))
    #expect(ExactText(a) < ExactText(b) || ExactText(b) < ExactText(a) || isSame)
  }

  @Test("is in the order of its bytes")
  func order() {
    let texts: [ExactText] = ["", "B", "a", "ab", "\u{E9}", "\u{1F600}"]
    #expect(texts.reversed().sorted() == texts)
  }
}
