import ProtobufJSON
import ProtobufMessages
import Testing

@Suite("Wire bytes that no serializer writes")
struct WireTests {
  @Test("are read in any order, scalars by their last, messages merged")
  func merges() throws {
    // many_string "a", one_int32 1, many_string "b", one_int32 2, and two halves of a timestamp.
    let wire: [UInt8] =
      [0xCA, 0x01, 1, 0x61, 0x28, 1, 0xCA, 0x01, 1, 0x62, 0x28, 2]
      + [0x8A, 0x02, 2, 0x08, 1, 0x8A, 0x02, 6, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
    #expect(
      try json(wire)
        == #"{"oneInt32":2,"manyString":["a","b"],"ownTimestamp":"1970-01-01T00:00:01.500Z"}"#)
  }

  @Test("have packed and single elements of numbers side by side")
  func packed() throws {
    // many_int32: 1, then 2 and 3 packed, then nothing packed.
    #expect(
      try json([0xA8, 0x01, 1, 0xAA, 0x01, 2, 2, 3, 0xAA, 0x01, 0]) == #"{"manyInt32":[1,2,3]}"#)
  }

  @Test("say defaults that need not be said, which are as if they were not")
  func defaults() throws {
    // one_int32 0 in one byte and in two, one_fixed32 0, one_string "", nothing packed.
    let wire: [UInt8] =
      [0x28, 0, 0x28, 0x80, 0, 0x3D, 0, 0, 0, 0, 0x4A, 0, 0xAA, 0x01, 0]
      // A oneof's member, a wrapper's value, and bytes of one 0.
      + [0xF0, 0x02, 0, 0xA2, 0x02, 0, 0x52, 1, 0]
    #expect(try json(wire) == #"{"oneBytes":"AA==","ownDoublevalue":0,"leftSide":0}"#)
  }

  @Test("leave unknown fields out")
  func unknown() throws { #expect(try json([0xC2, 0x3E, 1, 0x61, 0x28, 1]) == #"{"oneInt32":1}"#) }

  @Test(
    "are refused where they are no such message, or JSON has no words for it",
    arguments: [
      ([0x28], nil), ([0x2D, 1, 2, 3, 4], "one_int32"), ([0x4A, 1, 0xFF], "one_string"),
      ([0x4A, 2, 0x61, 0], "one_string"),
      ([0xAD, 0x01, 0, 0, 0, 0], "many_int32"),
      ([0x8A, 0x02, 7, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x08], "own_timestamp"),
      ([0x9A, 0x02, 5, 0x0A, 3, 0x61, 0x5F, 0x5F], "own_fieldmask"),
    ] as [([UInt8], String?)])
  func refusals(wire: [UInt8], field: String?) {
    let refusal = #expect(throws: (any Error).self) { try json(wire) }
    if let field { #expect((refusal as? MessageError)?.field == field) }
  }

  private func json(_ wire: [UInt8]) throws -> String {
    var mapping = JSONMapping()
    mapping.writesDefaults = false
    return String(decoding: try mapping.json(of: wire, as: kinds), as: UTF8.self)
  }
}
