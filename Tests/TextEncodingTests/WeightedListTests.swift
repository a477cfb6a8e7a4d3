import Testing
import TextEncoding

@Suite("A list of what a caller would rather have")
struct WeightedListTests {
  private func elements(_ value: String) -> [String] {
    WeightedList(value).elements.map { element in
      let parameters = element.parameters.map { ";\($0)=\($1)" }.sorted().joined()
      return "\(element.name)\(parameters) \(element.weight)"
    }
  }

  @Test(
    "has what it names, each with its weight in thousandths",
    arguments: [
      ("gzip", ["gzip 1000"]), ("a, B;q=0.5,\tc ; Q=0.001", ["a 1000", "b 500", "c 1"]),
      ("a;q=0", ["a 0"]), ("a;q=0.", ["a 0"]), ("a;q=1.000", ["a 1000"]), ("a;q=0.12", ["a 120"]),
      ("a/b;c=D;q=0.1;e=f", ["a/b;c=d;e=f 100"]), ("a;;b=", ["a;b= 1000"]),
      (#"a;b="c, \"d;q=0";q=0.2, e"#, [#"a;b=c, "d;q=0 200"#, "e 1000"]),
      (#"a;b="c, d"#, [#"a;b="c, d 1000"#]), ("é;q=0.1 , b", ["é 100", "b 1000"]),
      ("", []), (", ,;q=1,", []),
    ])
  func weights(value: String, expected: [String]) { #expect(elements(value) == expected) }

  @Test(
    "leaves out what says a weight that is none, or two",
    arguments: [
      "a;q=2", "a;q=1.001", "a;q=", "a;q=.5", "a;q=0.1234", "a;q=+1", "a;q=-0", "a;q=0x1",
      "a;q=\"1\"", "a;q=1;q=1", "a;q", "a;=1", "a;b",
    ])
  func badWeights(element: String) {
    #expect(elements("\(element), b;q=0.1") == ["b 100"])
  }

  @Test(
    "wants a media type as much as what fits it most closely says",
    arguments: [
      ("text/plain;q=0.1, text/*;q=0.2, */*;q=0.3", 100, 2), ("text/*;q=0.2, */*;q=0.3", 200, 1),
      ("*/*;q=0.3", 300, 0), ("text/html, texts/*", 0, -1), ("*", 0, -1),
      ("text/plain;q=0, */*", 0, 2), ("text/plain;q=0.1, text/plain;q=0.2", 200, 2),
      ("text/plain;version=1;q=0.1, text/plain", 100, 3),
      ("text/plain;version=2;q=0.1, text/plain;q=0.2", 200, 2),
      ("text/plain;version=\"1\";charset=x;q=0.1", 100, 3),
    ])
  func wishes(value: String, weight: Int, plainness: Int) {
    let wish = WeightedList(value).wish(for: "text/plain", ["version": "1"])
    #expect(wish.weight == weight && wish.plainness == plainness)
    #expect(wish.isByName == (weight > 0 && plainness >= 2))
  }

  @Test("wants more what weighs more, and of the same weight what it says more plainly")
  func order() {
    let list = WeightedList("a/b;q=0.5, a/*;q=0.5, c/*;q=0.6")
    #expect(list.wish(for: "a/b") > list.wish(for: "a/c"))
    #expect(list.wish(for: "c/d") > list.wish(for: "a/b"))
    #expect(list.wish(for: "a/c") == list.wish(for: "a/d"))
  }
}
