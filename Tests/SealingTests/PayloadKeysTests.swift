import PrivateFiles
import Sealing
import Testing

@Suite("The keys of payloads")
struct PayloadKeysTests {
  private let a = "2026-11 " + String(repeating: "A", count: 43)
  private let b = "2026-10 " + String(repeating: "B", count: 42) + "A"

  @Test("the first seals, and all open")
  func first() throws {
    let keys = try PayloadKeys(list: Array("# made in November\n\(a)\n\n  \(b)=\n".utf8))
    #expect(keys.sealing?.id == "2026-11")
    #expect(keys["2026-10"]?.id == "2026-10")
    #expect(keys["other"] == nil)
  }

  @Test("after `plain` none seals, and all open")
  func plain() throws {
    let keys = try PayloadKeys(list: Array("plain\n\(a)\n\(b)\n".utf8))
    #expect(keys.sealing == nil)
    #expect(keys.first.id == "2026-11")
    #expect(keys["2026-10"] != nil)
  }

  @Test(
    "a list that can't be read is refused with the line, and without the key",
    arguments: [
      ("", "no key"), ("plain\n", "no key"), ("# only\n", "no key"), ("a short", "line 1"),
      ("id\n", "line 1"), ("\nid KEY extra", "line 2"), ("i/d KEY", "line 1"),
      ("id KEY\nid KEY", "line 2"), ("id KEY\nplain", "line 2"), ("id K+Y", "line 1"),
    ])
  func refused(list: String, reason: String) throws {
    let key = String(repeating: "Q", count: 42) + "A"
    let text = list.replacing("KEY", with: key).replacing("K+Y", with: "+" + key.dropFirst())
    let error = try #require(throws: PayloadKeysError.self) {
      try PayloadKeys(list: Array(text.utf8))
    }
    #expect(error.description.contains(reason))
    #expect(!error.description.contains("QQQ"))
  }

  @Test("a file that is missing is named")
  func missing() throws {
    let error = try #require(throws: PayloadKeysError.self) {
      try PayloadKeys(path: "/nonexistent/keys")
    }
    #expect(error.description.contains("/nonexistent/keys"))
  }

  @Test("a key shows its id, and nothing of itself")
  func description() throws {
    let keys = try PayloadKeys(list: Array(a.utf8))
    #expect("\(keys.first)" == "payload key 2026-11")
    #expect(Mirror(reflecting: keys.first).children.isEmpty)
  }
}
