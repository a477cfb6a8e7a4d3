import JSON
import Testing

@Suite("The check of a JSON text")
struct CheckerTests {
  @Test("has the limits that its caller sets", arguments: [0, 1, 64, 65, 128])
  func depth(limit: Int) throws {
    for depth in [limit, limit + 1] {
      for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text =
          String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        #expect(((try? check(text, depthLimit: limit)) != nil) == (depth <= limit))
      }
    }
  }

  @Test("counts a number as it is written out, where there is a limit for it")
  func numbers() {
    #expect((try? check("1e9", numberLimit: 10)) != nil)
    #expect((try? check("1e10", numberLimit: 10)) == nil)
    #expect((try? check("1e100000")) != nil)
  }

  private func check(_ text: String, depthLimit: Int = 8, numberLimit: Int = .max) throws {
    var checker = JSONChecker(depthLimit: depthLimit, numberLimit: numberLimit)
    try checker.check(Array(text.utf8).span)
  }
}
