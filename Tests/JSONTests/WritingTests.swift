import Foundation
import JSON
import Testing

@Suite("JSON that is written")
struct WritingTests {
  @Test(
    "has the text that comes back, in characters that any terminal can bear",
    arguments: [
      ("", #""""#), ("a/é😀\u{A0}\u{20A8}", "\"a/é😀\u{A0}\u{20A8}\""),
      (
        "\u{7F}x\u{80}\u{9F}é\u{2027}\u{2028}\u{2029}\u{202A}",
        "\"\\u007fx\\u0080\\u009fé\u{2027}\\u2028\\u2029\u{202A}\""
      ),
      (#""\"#, #""\"\\""#),
      ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\u{1}\u{1F}x", #""\u0001\u001fx""#),
    ])
  func strings(text: String, json: String) throws {
    var output: [UInt8] = []
    output.appendJSONString(text)
    #expect(String(decoding: output, as: UTF8.self) == json)
    var other: [UInt8] = []
    other.appendJSONString(Array(text.utf8)[...])
    #expect(other == output)
    let read = try JSONSerialization.jsonObject(with: Data(output), options: .fragmentsAllowed)
    #expect(read as? String == text)
  }

  @Test(
    "has a text as it is where it is plain",
    arguments: [
      ("", true), (" !#[]~", true), ("a long text, of no more than ASCII", true),
      ("\"", false), (#"a\"#, false), ("a\u{1F}b", false), ("\u{7F}", false), ("abcdefghé", false),
    ])
  func plain(text: String, isPlain: Bool) {
    let utf8 = Array(text.utf8)
    #expect(utf8.span.isPlainInJSON == isPlain)
  }

  @Test(
    "has the shortest number that comes back",
    arguments: [
      (0, "0"), (-0.0, "-0"), (12.5, "12.5"), (100, "100"), (1e22, "1e+22"), (0.1, "0.1"),
      (.leastNonzeroMagnitude, "5e-324"), (.infinity, #""Infinity""#),
      (-.infinity, #""-Infinity""#),
      (.nan, #""NaN""#),
    ] as [(Double, String)])
  func numbers(number: Double, json: String) {
    var output: [UInt8] = []
    output.appendJSONNumber(number)
    #expect(String(decoding: output, as: UTF8.self) == json)
  }
}
