import Testing

@Suite("What is written by hand")
struct TidinessTests {
  @Test("no file holds a leftover")
  func noLeftovers() {
    // In halves, so that this file holds none either.
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in SourceTree.writtenFiles {
      for (number, line) in zip(1..., file.lines) {
        let isLeftover = line.split { !$0.isLetter }.contains { words.contains(String($0)) }
        #expect(!isLeftover, "\(file.path):\(number): \(line)")
      }
    }
  }

  @Test("no file of code is longer than 400 lines")
  func filesAreShort() {
    for file in SourceTree.writtenFiles {
      #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count - 1) lines")
    }
  }

  @Test("an escape from the compiler's checks has its reason in a comment above it")
  func escapesAreExplained() {
    let escape = /@unchecked\s+Sendable|nonisolated\(unsafe\)/
    for file in SourceTree.files(under: "Sources") where file.isSwift {
      for (number, _) in file.code(matching: escape) {
        #expect(file.hasComment(above: number), "\(file.path):\(number)")
      }
    }
  }

  @Test("a task that is started on a loop has no capture list, with which it would leave the loop")
  func startedTasksStayOnTheirLoop() {
    for file in SourceTree.files(under: "Sources") where file.isSwift {
      for (number, code) in file.code(matching: /\bstart\s*\{\s*\[/) {
        Issue.record("\(file.path):\(number): \(code)")
      }
    }
  }

  @Test("a safe room has no unsafe code in it", arguments: house.filter { $0.kind == .safe })
  func safeRoomsAreSafe(room: Room) {
    for file in SourceTree.files(under: "Sources/\(room)") where file.isSwift {
      for (number, code) in file.code(matching: /\bunsafe\b/) {
        Issue.record("\(file.path):\(number): \(code)")
      }
    }
  }

  @Test("the generated code is what Protos/ says")
  func generatedCodeHasNotDrifted() throws {
    let check = try Command.run("scripts/generate-protos", "--check")
    #expect(
      check.status == 0, "\(String(decoding: check.output, as: UTF8.self))\n\(check.errors)")
  }
}
