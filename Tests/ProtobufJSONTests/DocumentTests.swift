import Foundation
import ProtobufJSON
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

@Suite("JSON documents in a message's JSON")
struct DocumentTests {
  private let mapping = JSONMapping(documentType: WorkflowHistoryAPI.documentType)
  private let save = declaration("workflow_history.v1.SaveWorkflowExecutionRequest")

  @Test(
    "stand in place, as they are",
    arguments: [
      #"{"a": [1, 2.50, {}], "b": "\u00e9"}"#, "[]", "12345678901234567890.10", "\"text\"", "true",
      "null", #"{"inputData": null, "a": 1, "a": 2}"#,
      String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
    ])
  func inPlace(document: String) throws {
    let json = #"{"execution":{"inputData":\#(document),"version":3}}"#
    let wire = try mapping.wire(fromJSON: Array(json.utf8), as: save)
    // By protobuf's own mapping the document is a message that holds its text.
    let plain = try value(JSONMapping().json(of: wire, as: save)) as? [String: [String: NSObject]]
    #expect(plain?["execution"]?["inputData"] == ["json": document] as NSDictionary)

    var sparse = mapping
    sparse.writesDefaults = false
    #expect(try String(decoding: sparse.json(of: wire, as: save), as: UTF8.self) == json)
  }

  @Test("that is null says that there is none, where that is asked for")
  func null() throws {
    var mapping = mapping
    mapping.readsNullAsNoDocument = true
    let wire = try mapping.wire(
      fromJSON: Array(#"{"execution": {"inputData": null, "outputData": [null]}}"#.utf8), as: save)
    let plain = try value(JSONMapping().json(of: wire, as: save)) as? [String: [String: NSObject]]
    #expect(plain?["execution"]?["inputData"] == nil)
    #expect(plain?["execution"]?["outputData"] == ["json": "[null]"] as NSDictionary)
  }

  @Test("that are no JSON are not let into JSON", arguments: ["", "{", "1 2", "\",\"x\":1", "{}}"])
  func malformed(text: String) throws {
    let quoted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    let json = #"{"execution": {"inputData": {"json": \#(quoted)}}}"#
    let wire = try JSONMapping().wire(fromJSON: Array(json.utf8), as: save)
    #expect {
      try mapping.json(of: wire, as: save)
    } throws: {
      ($0 as? MessageError)?.field == "execution.input_data"
    }
  }
}
