import CGoogleProtos
import Testing

@testable import ProtobufMessages

let statusType = MessageType<Google__Rpc__Status> { google__rpc__status__init($0) }
let setType = MessageType<Google__Protobuf__FileDescriptorSet> {
  google__protobuf__file_descriptor_set__init($0)
}
/// A message with a repeated scalar (field 10), a nested and a repeated message.
let fileType = MessageType<Google__Protobuf__FileDescriptorProto> {
  google__protobuf__file_descriptor_proto__init($0)
}

/// The refusal of these bytes; nil where they are taken.
private func refusal<C>(
  _ type: MessageType<C>, _ bytes: [UInt8], _ arena: Arena = Arena()
) -> MessageError? {
  do {
    _ = try type.decode(bytes, arena: arena)
    return nil
  } catch {
    return error
  }
}

/// A length-delimited field whose number and length take one byte each.
private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
  [number << 3 | 2, UInt8(content.count)] + content
}

@Suite("Wire validation")
struct WireTests {
  @Test(
    "What is malformed as a whole is refused without a field",
    arguments: [
      ([0x80], "number"),  // a key that is cut off
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x01], "more than 5 bytes"),  // a key that is too long
      ([0x00, 0x01], "field number"),  // number 0
      ([0xF8, 0xFF, 0xFF, 0xFF, 0x7F, 0x00], "field number"),  // past 2^29 - 1
      ([0x7B, 0x7C], "groups"),  // an unknown group
      ([0x7E], "groups"),  // wire type 6
      ([0x78], "number"),  // an unknown field with no value
      ([0x7A, 0x05, 0x00], "value"),  // an unknown field past the end
      ([0x79, 0, 0, 0, 0, 0, 0, 0], "value"),  // seven bytes of eight
      ([0x7D, 0, 0, 0], "value"),  // three bytes of four
    ] as [([UInt8], String)])
  func malformed(bytes: [UInt8], said: String) throws {
    let error = try #require(refusal(statusType, bytes))
    #expect(error.field == nil)
    #expect(error.violations.isEmpty)
    #expect(error.description.contains(said))
  }

  @Test(
    "A field that is malformed is named",
    arguments: [
      ([0x08], "code"),  // no value
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0x01], "code"),  // 11 bytes
      ([0x0D, 0, 0, 0, 0], "code"),  // fixed32 instead of a varint
      ([0x10, 0x01], "message"),  // a varint instead of a string
      ([0x12, 0x05, 0x61], "message"),  // past the end
      ([0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "message"),  // a length of 6 bytes
      ([0x12, 0x02, 0xC0, 0x80], "message"),  // overlong UTF-8
      ([0x12, 0x03, 0xED, 0xA0, 0x80], "message"),  // a surrogate
      ([0x12, 0x03, 0x61, 0x00, 0x62], "message"),  // a NUL
      (field(2, [UInt8](repeating: 0x61, count: 20) + [0]), "message"),  // a NUL after words
      (field(2, [0] + [UInt8](repeating: 0x61, count: 20)), "message"),  // a NUL in a word
      (field(3, []) + field(3, [0x0A, 0x01, 0xFF]), "details[1].type_url"),
      (field(3, []) + field(3, []) + field(3, [0x00]), "details[2]"),
    ] as [([UInt8], String)])
  func named(bytes: [UInt8], name: String) throws {
    let error = try #require(refusal(statusType, bytes))
    #expect(error.field == name)
    #expect(error.description.hasPrefix("\(name): "))
  }

  @Test(
    "A varint of 10 bytes, unknown fields and bytes that are no UTF-8 in a bytes field are taken")
  func taken() {
    let negative = [UInt8](repeating: 0xFF, count: 9) + [0x01]
    #expect(refusal(statusType, [0x08] + negative) == nil)
    #expect(refusal(statusType, []) == nil)
    #expect(refusal(statusType, [0x78, 0x01] + field(14, [0xFF])) == nil)
    #expect(refusal(statusType, field(3, field(2, [0xFF, 0x00]))) == nil)
  }

  @Test("Repeated scalars are taken packed and not packed, and a broken packed one is named")
  func packed() throws {
    for bytes: [UInt8] in [[0x50, 1, 0x50, 0x96, 1], field(10, [1, 0x96, 1])] {
      let file = try fileType.decode(bytes, arena: Arena()).pointee
      #expect(file.n_public_dependency == 2)
    }
    let arena = Arena()
    let mixed = try fileType.decode(field(10, [1, 2]) + [0x50, 3], arena: arena).pointee
    let values = UnsafeBufferPointer(
      start: mixed.public_dependency, count: mixed.n_public_dependency)
    #expect(Array(values) == [1, 2, 3])
    #expect(refusal(fileType, field(10, [1, 0x80]))?.field == "public_dependency")
  }

  @Test("Messages nest 32 deep and no deeper")
  func depth() {
    // nested_type (3) of a message_type (4): each level is one DescriptorProto in another.
    func nested(_ levels: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for level in 0..<levels { bytes = field(level == levels - 1 ? 4 : 3, bytes) }
      return bytes
    }
    #expect(refusal(fileType, nested(31)) == nil)
    let error = refusal(fileType, nested(32))
    #expect(error?.description.contains("deeper than 32") == true)
    #expect(error?.field?.hasPrefix("message_type[0].nested_type[0]") == true)
  }

  @Test("Fields, unknown ones and packed elements are counted, all levels together")
  func count() {
    let limit = WireValidator.greatestFieldCount
    func unknown(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in [0x78, 0x01] as [UInt8] } }
    #expect(refusal(statusType, unknown(limit)) == nil)
    #expect(refusal(statusType, unknown(limit + 1))?.description.contains("100000") == true)
    let elements = [UInt8](repeating: 1, count: limit)
    let packed = [0x52, 0xA0, 0x8D, 0x06] + elements
    #expect(refusal(fileType, packed)?.field == "public_dependency")
  }

  @Test("Memory stays within the bytes and a fixed part for each field")
  func memory() throws {
    let arena = Arena()
    // Empty elements are what grows most: two bytes of wire for one struct.
    let bytes = (0..<50_000).flatMap { _ in [0x22, 0x00] as [UInt8] }
    _ = try fileType.decode(bytes, arena: arena)
    let largest = MemoryLayout<Google__Protobuf__DescriptorProto>.size
    #expect(arena.reservedBytes < 1 << 16 + bytes.count + 50_000 * (128 + largest))
    arena.reset()
    #expect(arena.blockCount == 1)
  }

  @Test("A message field that occurs twice is merged as protobuf says, at every level")
  func merging() throws {
    // MethodOptions in a method: deprecated (33) from the first, idempotency (34) from the second.
    let methodType = MessageType<Google__Protobuf__MethodDescriptorProto> {
      google__protobuf__method_descriptor_proto__init($0)
    }
    let bytes: [UInt8] =
      field(4, [0x88, 0x02, 0x01]) + field(1, [0x61]) + field(4, [0x90, 0x02, 0x02])
    let arena = Arena()
    let method = try methodType.decode(bytes, arena: arena).pointee
    #expect(method.options.pointee.deprecated == 1)
    #expect(method.options.pointee.idempotency_level.rawValue == 2)
    #expect(String(cString: method.name) == "a")
    let retry = try RichStatus(
      decoding: field(
        3,
        field(1, Array("type.googleapis.com/google.rpc.RetryInfo".utf8))
          + field(2, field(1, [0x08, 0x05]) + field(1, [0x10, 0x07]))))
    #expect(retry.details == [.retryInfo(.seconds(5) + .nanoseconds(7))])
  }

  @Test("Random changes to good bytes are refused or taken, and never stop the program")
  func fuzz() throws {
    var random = SplitMix64(state: 20_26)
    let status = RichStatus(
      code: 3, message: "käse \u{1F600}",
      details: [
        .badRequest([FieldViolation(field: "a.b", description: "no")]),
        .retryInfo(.milliseconds(1500)),
        .errorInfo(reason: "R", domain: "d", metadata: ["k": "v", "l": "w"]),
      ])
    let good = status.encode()
    let arena = Arena(firstBlock: 512)
    var taken = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeSubrange(index...)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        }
      }
      arena.reset()
      if let error = refusal(statusType, bytes, arena) {
        // What the check takes, protobuf-c unpacks: it has no say of its own.
        #expect(!error.description.contains("memory"))
      } else {
        taken += 1
      }
      _ = try? RichStatus.decode(bytes, arena: arena)
      _ = refusal(fileType, bytes, arena)
      _ = refusal(setType, bytes, arena)
    }
    #expect(taken > 100)
    arena.reset()
    #expect(arena.blockCount == 1)
  }
}

/// A generator whose numbers are the same in each run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
