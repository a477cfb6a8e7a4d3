import JSON
import Testing

@Suite("The tokens of a JSON text")
struct TokensTests {
  @Test("are its parts, with the values of strings")
  func parts() {
    var tokens = JSONTokens(
      Array(#" {"a\u0062" : ["\ud83d\ude00\n", -1.5e3 , true,null], "":{}} "#.utf8),
      stringLimit: 100)
    var met: [JSONTokens.Token] = []
    while let token = tokens.next() { met.append(token) }
    #expect(
      met == [
        .beginObject, .name("ab"), .beginArray, .string("😀\n"), .number("-1.5e3"), .boolean(true),
        .null, .endArray, .name(""), .beginObject, .endObject, .endObject,
      ])
  }

  @Test(
    "end with a text that breaks off, or is no JSON", arguments: ["[1,", "[1, \"2", "[1}", "[[1"])
  func broken(text: String) {
    var tokens = JSONTokens(Array(text.utf8), stringLimit: 100)
    var elements = 0
    let begin = tokens.next()
    while elements < 10, tokens.hasElement() {
      tokens.skipValue()
      elements += 1
    }
    #expect(begin == .beginArray && elements < 3)
  }

  @Test(
    "may be passed over by values, whose text is told without white space around it",
    arguments: ["1", "\"a,]\\\"\"", "[ 1, [] ]", "{ \"a\" : [ ] }", "null", "-1.5e3"])
  func values(text: String) {
    var tokens = JSONTokens(Array("[ \(text) , \(text)]".utf8), stringLimit: 100)
    let begin = tokens.next()
    #expect(begin == .beginArray)
    for _ in 0..<2 {
      let hasElement = tokens.hasElement()
      let value = tokens.valueText()
      #expect(hasElement && String(decoding: value, as: UTF8.self) == text)
    }
    let hasElement = tokens.hasElement()
    let end = tokens.next()
    #expect(!hasElement && end == nil)
  }
}
