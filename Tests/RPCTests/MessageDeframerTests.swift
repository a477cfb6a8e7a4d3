import Testing

@testable import RPC

@Suite("Cutting a body into messages")
struct MessageDeframerTests {
  @Test("two messages come out alike, wherever the transport cuts them")
  func everyCut() throws {
    let messages: [[UInt8]] = [[1, 2, 3], Array(repeating: 9, count: 300)]
    let body = messages.flatMap(framed)
    for first in 0...body.count {
      for second in [first, (first + body.count) / 2, body.count] {
        var deframer = MessageDeframer(limit: 300, encoding: nil)
        var received: [[UInt8]] = []
        for piece in [body[..<first], body[first..<second], body[second...]] {
          try deframer.receive(Array(piece).span.bytes) { received.append($0.bytes) }
        }
        #expect(received == messages, "cut at \(first) and \(second)")
        #expect(deframer.isBetweenMessages)
      }
    }
  }

  @Test("bytes one at a time make the same messages")
  func byteByByte() throws {
    let messages: [[UInt8]] = [[], [7], [], Array(0..<100), []]
    var deframer = MessageDeframer(limit: 100, encoding: nil)
    var received: [[UInt8]] = []
    for byte in messages.flatMap(framed) {
      try deframer.receive([byte].span.bytes) { received.append($0.bytes) }
    }
    #expect(received == messages)
  }

  @Test("an empty message is a message, complete with its prefix")
  func emptyMessage() throws {
    var deframer = MessageDeframer(limit: 0, encoding: nil)
    var count = 0
    try deframer.receive([UInt8](repeating: 0, count: 15).span.bytes) {
      #expect($0.bytes.isEmpty)
      count += 1
    }
    #expect(count == 3)
  }

  @Test("a body that ends in a prefix or in a message ends in the midst of a message")
  func midst() throws {
    let body = framed([1, 2, 3])
    for count in 0...body.count {
      var deframer = MessageDeframer(limit: 3, encoding: nil)
      try deframer.receive(Array(body[..<count]).span.bytes) { _ in }
      #expect(deframer.isBetweenMessages == (count == 0 || count == body.count))
    }
  }

  @Test("a length over the limit is refused at the fifth byte; the limit itself is not")
  func limit() throws {
    var deframer = MessageDeframer(limit: 10, encoding: nil)
    try deframer.receive(([0, 0, 0, 0] as [UInt8]).span.bytes) { _ in }
    #expect(
      throws: RPCStatus(.resourceExhausted, "a message of 11 bytes is over the limit of 10 bytes")
    ) {
      try deframer.receive(([11] as [UInt8]).span.bytes) { _ in }
    }
    var exact = MessageDeframer(limit: 10, encoding: nil)
    var received = 0
    try exact.receive(framed(Array(repeating: 1, count: 10)).span.bytes) {
      received = $0.bytes.count
    }
    #expect(received == 10)
  }

  @Test("the largest length that can be said is refused, too")
  func largestLength() {
    var deframer = MessageDeframer(limit: 4 << 20, encoding: nil)
    #expect(
      code { try deframer.receive(([0, 255, 255, 255, 255] as [UInt8]).span.bytes) { _ in } }
        == .resourceExhausted)
  }

  @Test("a length alone reserves no memory: the message grows with what comes")
  func noAllocation() throws {
    // A thousand calls that each announce 4 GiB, under a limit that allows it.
    let before = try addressSpace()
    var deframers: [MessageDeframer] = []
    for _ in 0..<1000 {
      var deframer = MessageDeframer(limit: .max, encoding: nil)
      try deframer.receive(([0, 255, 255, 255, 255, 1] as [UInt8]).span.bytes) { _ in }
      deframers.append(deframer)
    }
    #expect(try addressSpace() - before < 100 << 30)
    #expect(deframers.allSatisfy { !$0.isBetweenMessages })
  }

  @Test(
    "a compressed message is INTERNAL without an encoding, and UNIMPLEMENTED with one we lack",
    arguments: [
      (nil, RPCStatusCode.internal), ("identity", .internal), ("gzip", .ok),
      ("deflate", .unimplemented),
    ])
  func compressed(encoding: String?, expected: RPCStatusCode) {
    var deframer = MessageDeframer(limit: 10, encoding: encoding)
    #expect(
      code { try deframer.receive(([1, 0, 0, 0, 0] as [UInt8]).span.bytes) { _ in } } == expected)
  }

  @Test("a flag that is neither 0 nor 1 is INTERNAL", arguments: [UInt8(2), 3, 128, 255])
  func badFlag(flag: UInt8) {
    var deframer = MessageDeframer(limit: 10, encoding: "gzip")
    #expect(code { try deframer.receive([flag, 0, 0, 0, 0].span.bytes) { _ in } } == .internal)
  }

  @Test("a prefix says the length, big-endian")
  func writesPrefix() {
    var message = [UInt8](repeating: 0xaa, count: 5 + 0x010203)
    MessageDeframer.writePrefix(into: &message)
    #expect(message[..<6] == [0, 0, 1, 2, 3, 0xaa])
  }
}
