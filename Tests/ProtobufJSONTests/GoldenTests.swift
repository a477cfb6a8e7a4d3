import Foundation
import ProtobufJSON
import ProtobufMessages
import Testing

@Suite("JSON, beside protobuf's own mapping")
struct GoldenTests {
  @Test("is the same JSON for the same message", arguments: Golden.all.messages)
  func writes(golden: Golden.Message) throws {
    var mapping = JSONMapping()
    mapping.writesDefaults = false
    #expect(try json(golden, mapping) == value(Array(golden.json.utf8)))
    mapping.writesProtoNames = true
    #expect(try json(golden, mapping) == value(Array(golden.jsonWithProtoNames.utf8)))
    mapping = JSONMapping()
    #expect(try json(golden, mapping) == value(Array(golden.jsonWithDefaults.utf8)))
  }

  @Test("is the same message for the same JSON, to the byte", arguments: Golden.all.messages)
  func reads(golden: Golden.Message) throws {
    for text in [golden.json, golden.jsonWithDefaults, golden.jsonWithProtoNames] {
      let wire = try JSONMapping().wire(
        fromJSON: Array(text.utf8), as: declaration(golden.type))
      #expect(hexadecimal(wire) == golden.wire)
    }
  }

  @Test(
    "is the same JSON for the same status, its details included", arguments: Golden.all.statuses)
  func statuses(golden: Golden.Status) throws {
    let status = try RichStatus(decoding: bytes(hexadecimal: golden.wire))
    #expect(try value(status.json) == value(Array(golden.json.utf8)))
  }

  @Test("is refused where it is there, and where it is loose", arguments: Golden.all.texts)
  func texts(golden: Golden.Text) throws {
    let wire = try? JSONMapping().wire(fromJSON: Array(golden.text.utf8), as: kinds)
    let isLoose = Self.loose.contains(golden.text)
    if isLoose { #expect(golden.wire != nil) }
    #expect(wire.map(hexadecimal) == (isLoose ? nil : golden.wire))
  }

  /// What Python takes, and the mapping as it is written down doesn't have.
  private static let loose: Set = [
    "[]", #"{"oneInt32": 1, "one_int32": 2}"#, #"{"oneInt64": "1_000"}"#,
    #"{"oneDouble": "inf"}"#, #"{"oneDouble": "infinity"}"#, #"{"oneDouble": true}"#,
    #"{"ownDoublevalue": true}"#, #"{"oneBytes": "*"}"#, #"{"oneEnum": 1.5}"#,
    #"{"oneEnum": true}"#, #"{"ownDuration": "1.s"}"#,
  ]

  private func json(_ golden: Golden.Message, _ mapping: JSONMapping) throws -> NSObject {
    try value(mapping.json(of: bytes(hexadecimal: golden.wire), as: declaration(golden.type)))
  }
}
