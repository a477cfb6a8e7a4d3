import ProtobufJSON
import Testing

@Suite("JSON in another form than protobuf's own")
struct FormTests {
  private func json(
    _ wire: [UInt8], _ change: (inout JSONMapping) -> Void
  ) throws -> String {
    var mapping = JSONMapping()
    mapping.writesDefaults = false
    change(&mapping)
    return String(decoding: try mapping.json(of: wire, as: kinds), as: UTF8.self)
  }

  @Test(
    "says enums by the part of their names that tells them apart",
    arguments: [(1, "red"), (0xFFFF_FFFF_FFFF_FFF9, "blue")] as [(UInt64, String)])
  func plainNames(number: UInt64, name: String) throws {
    var wire: [UInt8] = [0x60]
    var rest = number
    while rest >= 0x80 {
      wire.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    wire.append(UInt8(rest))
    #expect(
      try json(wire) { $0.writesPlainEnumNames = true } == #"{"oneEnum":"\#(name)"}"#)
    #expect(try json([0x60, 9]) { $0.writesPlainEnumNames = true } == #"{"oneEnum":9}"#)
    #expect(
      try json([]) {
        $0.writesPlainEnumNames = true
        $0.writesDefaults = true
      }.contains(#""oneEnum":"unspecified","#))
  }

  @Test("says null for messages and members of oneofs that are absent, and for nothing else")
  func absent() throws {
    // left_side 0 is there.
    let json = try json([0xF0, 0x02, 0]) { $0.writesAbsentAsNull = true }
    #expect(
      json
        == #"{"ownTimestamp":null,"ownDuration":null,"ownFieldmask":null,"ownDoublevalue":null,"#
        + #""ownFloatvalue":null,"ownInt64value":null,"ownUint64value":null,"#
        + #""ownInt32value":null,"ownUint32value":null,"ownBoolvalue":null,"#
        + #""ownStringvalue":null,"ownBytesvalue":null,"leftSide":0,"rightSide2x":null}"#)
  }

  @Test("says null for texts that are never empty, where they are")
  func texts() throws {
    func form(_ mapping: inout JSONMapping) {
      mapping.writesDefaults = true
      mapping.textsWithoutEmpty = ["one_string"]
    }
    #expect(try json([], form).contains(#""oneString":null,"oneBytes":"","#))
    #expect(try json([0x4A, 1, 0x61], form).contains(#""oneString":"a","#))
  }
}
