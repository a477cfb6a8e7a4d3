import JSON
import Testing

/// What bytes say.
private func text(_ bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self)
}

@Suite("A JSON object by its members")
struct ObjectTests {
  @Test("is written with each after the one before, and its name as a string of JSON")
  func writing() {
    var object = JSONObject()
    #expect(text(object.bytes) == "{}")
    object.append("a\"b", "[1, 2]".utf8)
    object.append("c", text: "d\n")
    object.append("", "{}".utf8)
    #expect(text(object.bytes) == #"{"a\"b":[1, 2],"c":"d\n","":{}}"#)
  }

  @Test("is read with the values as they stand")
  func reading() {
    let json =
      #" { "a\u0022b" : [1, {"x": "}"}] ,"c": "d,]" , "n":{ "c": 1 },"c": 2, "last":-1.50 } "#
    let members = JSONMembers(Array(json.utf8)[...])
    #expect(members.all.map(\.name) == ["a\"b", "c", "n", "c", "last"])
    #expect(
      members.all.map { text($0.value) } == [
        #"[1, {"x": "}"}]"#, #""d,]""#, #"{ "c": 1 }"#, "2", "-1.50",
      ])
    #expect(text(members["c"]) == #""d,]""# && members["x"].isEmpty)
  }

  @Test(
    "that is none has no members, and one that breaks off those before",
    arguments: [
      ("", 0), ("[1]", 0), ("\"a\"", 0), ("{", 0), ("{}", 0), (#"{"a""#, 0), (#"{"a":1,"b"#, 1),
      (#"{"a":1,"b":"#, 2), (#"{"a":[1,"#, 1),
    ])
  func broken(json: String, count: Int) {
    #expect(JSONMembers(Array(json.utf8)[...]).all.count == count)
  }

  @Test("reads what was written, which may stand in the midst of other bytes")
  func both() {
    var object = JSONObject()
    for name in ["é", "\\", "\u{2028}"] { object.append(name, text: name + name) }
    let around = Array("[".utf8) + object.bytes + Array("]".utf8)
    let members = JSONMembers(around[1..<around.count - 1])
    #expect(members.all.map(\.name) == ["é", "\\", "\u{2028}"])
    #expect(text(members["é"]) == #""éé""#)
  }
}

@Suite("A JSON array by its elements")
struct ArrayTests {
  @Test(
    "is written and read with each as it stands",
    arguments: [
      ("[]", []), ("[1]", ["1"]),
      (#"["a,]",[2, 3],{"x":[]},null]"#, [#""a,]""#, "[2, 3]", #"{"x":[]}"#, "null"]),
    ])
  func elements(json: String, elements: [String]) {
    #expect(JSONElements(Array(json.utf8)[...]).all.map(text) == elements)
    var written: [UInt8] = []
    written.appendJSONArray(elements.map(\.utf8))
    #expect(text(written) == json)
  }

  @Test(
    "that is none, or breaks off, has no more than stands there",
    arguments: [
      ("", 0), ("{}", 0), ("1", 0), ("[", 0), ("[1,", 1), ("[ 1 , 2 ", 2),
    ])
  func broken(json: String, count: Int) {
    #expect(JSONElements(Array(json.utf8)[...]).all.count == count)
  }
}
