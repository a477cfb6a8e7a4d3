import CGoogleProtos
import Testing

@testable import ProtobufMessages

@Suite("Arena")
struct ArenaTests {
  @Test("Every allocation is aligned to 16 bytes and has an address of its own")
  func alignment() {
    let arena = Arena(firstBlock: 256)
    var addresses: Set<UInt> = []
    for size in [0, 1, 15, 16, 17, 100, 300, 1, 5000, 3] {
      let address = UInt(bitPattern: arena.allocate(UInt8.self, count: size))
      #expect(address % 16 == 0)
      #expect(addresses.insert(address).inserted)
    }
  }

  @Test("A reset frees all blocks but the first, which is used again")
  func reset() {
    let arena = Arena(firstBlock: 1024)
    let first = arena.allocate(UInt8.self, count: 100)
    for _ in 0..<100 {
      for _ in 0..<50 { _ = arena.allocate(UInt8.self, count: 500) }
      _ = arena.allocate(UInt8.self, count: 100_000)
      #expect(arena.blockCount > 2)
      arena.reset()
      #expect(arena.blockCount == 1)
      #expect(arena.reservedBytes == 1024)
    }
    #expect(arena.allocate(UInt8.self, count: 100) == first)
  }

  @Test("What is larger than the first block has a block of its own, and the current one goes on")
  func oversized() {
    let arena = Arena(firstBlock: 1024)
    let before = arena.allocate(UInt8.self, count: 16)
    _ = arena.allocate(UInt8.self, count: 100_000)
    #expect(arena.allocate(UInt8.self, count: 16) == before + 16)
    #expect(arena.reservedBytes < 102_000)
  }

  @Test("protobuf-c's allocations end at the limit, and so does a decoding")
  func limit() {
    let arena = Arena(firstBlock: 1024, limit: 10_000)
    let allocator = arena.allocator.pointee
    #expect(allocator.alloc(allocator.allocator_data, 8000) != nil)
    #expect(allocator.alloc(allocator.allocator_data, 8000) == nil)
    arena.reset()
    #expect(allocator.alloc(allocator.allocator_data, 8000) != nil)
    #expect(
      throws: MessageError(
        field: nil, description: "the message needs more memory than a call has")
    ) {
      let status = RichStatus(code: 1, message: String(repeating: "x", count: 20_000))
      _ = try RichStatus.decode(status.encode(), arena: Arena(firstBlock: 1024, limit: 10_000))
    }
  }

  @Test("A NUL in a text of ours is replaced, and the rest of the text is kept")
  func nul() throws {
    let arena = Arena()
    #expect(String(cString: arena.cString("a\0b")) == "a\u{FFFD}b")
    #expect(String(cString: arena.cString("")) == "")
    #expect(String(cString: arena.cString("käse")) == "käse")
  }
}
