import Foundation
import Testing
import WorkflowHistory

@Suite("Mutated JSON")
struct JSONMutationTests {
  /// Texts that hold every kind of value, escape and character.
  private let seeds = [
    #"{"source":"s3://bucket/in.csv","rows":12345,"ratio":-0.97,"ok":true,"none":null}"#,
    #"[{"task_name":"load","status":"failed","error":"no \"db\"\n\u00e9\ud83d\ude00"},[],{}]"#,
    #" [ 1 , 2.5e3 , "größe — 工作流 😀" , [ [ [ 0 ] ] ] ] "#,
    #"{"a":{"b":{"c":[false,1e-7,""]}},"\/":"\\\t"}"#,
  ]

  @Test("is accepted and refused as Foundation does, 40,000 times", arguments: 1...4)
  func agreesWithFoundation(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var accepted = 0
    for _ in 0..<10_000 {
      let bytes = mutated(Array(seeds.randomElement(using: &generator)!.utf8), using: &generator)
      if isJudgedDifferently(bytes) { continue }
      let ours = (try? JSONDocument(checking: bytes)) != nil
      let theirs =
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
      accepted += ours ? 1 : 0
      #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    #expect(accepted > 300, "too few mutations left the text valid to say much")
  }

  private func mutated(
    _ text: [UInt8], using generator: inout SeededGenerator
  ) -> [UInt8] {
    let alphabet = Array(#"{}[]",:\u0123456789eE+-.tfn ab/é😀"#.utf8)
    var text = text
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !text.isEmpty {
      let index = text.indices.randomElement(using: &generator)!
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: text.remove(at: index)
      case 1: text.insert(alphabet.randomElement(using: &generator)!, at: index)
      case 2: text[index] = alphabet.randomElement(using: &generator)!
      case 3: text[index] = UInt8.random(in: .min ... .max, using: &generator)
      default: text.removeSubrange(index..<min(text.count, index + 5))
      }
    }
    return text
  }

  /// What Foundation and jsonb judge differently by intent: a comma before a closing bracket, NUL
  /// bytes and escapes, numbers past a Double, and an encoding guessed from the first bytes.
  private func isJudgedDifferently(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.contains(/,[ \t\r\n]*[\]}]/) || bytes.contains(0) || text.contains("\\u0000")
      || text.contains(/[0-9][eE][+-]?[0-9]{3}/) || bytes.starts(with: [0xEF, 0xBB, 0xBF])
      || bytes.starts(with: [0xFF]) || bytes.starts(with: [0xFE])
  }
}
