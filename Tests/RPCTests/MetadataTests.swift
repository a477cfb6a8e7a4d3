import Testing

@testable import RPC

@Suite("Metadata")
struct MetadataTests {
  @Test("a -bin field may hold several values with commas between, and the name may repeat")
  func commas() {
    let metadata = Metadata([
      RPCField("a-bin", "Zm8=,YmE"), RPCField("b-bin", "Zg"), RPCField("a-bin", "Zm9v, Zg== "),
    ])
    #expect(metadata.binary("a-bin") == ["fo", "ba", "foo", "f"].map { Array($0.utf8) })
  }

  @Test("a -bin value that is not Base64 is left out, and its neighbours are not")
  func brokenValue() {
    let metadata = Metadata([RPCField("a-bin", "Zg,!,Zm8")])
    #expect(metadata.binary("a-bin") == ["f", "fo"].map { Array($0.utf8) })
  }

  @Test("bytes that are added are read back")
  func addsBinary() {
    var metadata = Metadata()
    metadata.add(binary: "a-bin", [0, 255])
    metadata.add("a", "text")
    #expect(metadata.fields == [RPCField("a-bin", "AP8"), RPCField("a", "text")])
    #expect(metadata.binary("a-bin") == [[0, 255]])
  }

  @Test("a name's first value answers for it")
  func firstValue() {
    let metadata = Metadata([RPCField("a", "1"), RPCField("a", "2")])
    #expect(metadata["a"] == "1")
    #expect(metadata["b"] == nil)
  }

  @Test("a list is one, however many fields it came in")
  func list() {
    let metadata = Metadata([RPCField("a", "1, 2"), RPCField("b", ""), RPCField("a", "3")])
    #expect(metadata.list("a") == "1, 2,3")
    #expect(metadata.list("b") == "")
    #expect(metadata.list("c") == nil)
  }

  @Test("keeps fields of any size and bytes apart, in their order")
  func fields() {
    let fields = [
      RPCField("a", ""), RPCField("long", String(repeating: "é", count: 70_000)),
      RPCField("a", "2"), RPCField("", "no name"),
    ]
    let metadata = Metadata(fields)
    #expect(metadata.fields == fields)
    #expect(metadata["a"] == "")
    #expect(metadata[""] == "no name")
    #expect(metadata["lon"] == nil)
    #expect(Metadata().isEmpty && !metadata.isEmpty)
  }

  @Test("hands over the one value of a name, and none of two")
  func onlyValue() {
    let metadata = Metadata([RPCField("a", "1"), RPCField("b", "2"), RPCField("a", "3")])
    #expect(metadata.withOnly("b") { $0.count } == 1)
    #expect(metadata.withOnly("a") { $0.count } == nil)
    #expect(metadata.withOnly("c") { $0.count } == nil)
  }
}
