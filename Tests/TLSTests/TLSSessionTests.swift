import TLS
import Testing

@Suite("Two TLS sessions that hand each other bytes")
struct TLSSessionTests {
  let certificates: Certificates
  let server: TLSContext
  let client: TLSContext

  init() throws {
    certificates = try .make()
    let files = certificates.localhost
    server = try .server(certificateChain: files.chain, privateKey: files.key)
    client = try .client(trusting: certificates.authority)
  }

  private func peers(_ host: String = "localhost") throws -> (client: OurPeer, server: OurPeer) {
    (
      OurPeer(try TLSSession(client: client, host: host)),
      OurPeer(try TLSSession(server: server))
    )
  }

  @Test("shake hands however the bytes are cut", arguments: Cut.all)
  func handshake(cut: Cut) throws {
    let (client, server) = try peers()
    #expect(client.session.state == .handshaking)
    #expect(server.session.state == .handshaking)
    var wire = Wire(client, server, cut)
    wire.pass()
    #expect(wire.clientError == nil)
    #expect(wire.serverError == nil)
    #expect(client.session.state == .established)
    #expect(server.session.state == .established)
    #expect(client.session.version == "TLSv1.3")
    #expect(server.session.version == "TLSv1.3")
  }

  @Test(
    "carry what is sent, both ways and unchanged",
    arguments: [0, 1, 16_383, 16_384, 16_385, 65_536, 1_000_000], [Cut.whole, .random(seed: 7)])
  func data(size: Int, cut: Cut) throws {
    let (client, server) = try peers()
    var wire = Wire(client, server, cut)
    wire.pass()
    var generator = SeededGenerator(UInt64(size))
    let question = generator.bytes(size)
    let answer = generator.bytes(size)
    try client.send(question)
    try server.send(answer)
    wire.pass()
    #expect(wire.clientError == nil)
    #expect(wire.serverError == nil)
    #expect(server.plaintext == question)
    #expect(client.plaintext == answer)
  }

  @Test("carry data one byte of ciphertext at a time")
  func bytewise() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server, .bytewise)
    wire.pass()
    var generator = SeededGenerator(3)
    let sent = generator.bytes(20_000)
    try client.send(sent)
    wire.pass()
    #expect(server.plaintext == sent)
  }

  @Test("carry many small pieces in their order")
  func manyPieces() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server)
    wire.pass()
    var sent: [UInt8] = []
    for number in 0..<1_000 {
      let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 50)
      sent += piece
      try server.send(piece)
    }
    wire.pass()
    #expect(client.plaintext == sent)
  }

  @Test("take data that comes with the end of the handshake")
  func dataWithHandshake() throws {
    let (client, server) = try peers()
    try server.receive(client.outgoing()[...])
    try client.receive(server.outgoing()[...])
    #expect(client.session.state == .established)
    try client.send([1, 2, 3])
    try server.receive(client.outgoing()[...])
    #expect(server.session.state == .established)
    #expect(server.plaintext == [1, 2, 3])
  }

  @Test("send nothing before the handshake is over")
  func sendTooEarly() throws {
    let (client, server) = try peers()
    #expect(throws: TLSError.self) { try client.send([1]) }
    #expect(throws: TLSError.self) { try server.send([1]) }
    var wire = Wire(client, server)
    wire.pass()
    #expect(server.session.state == .established)
    #expect(server.plaintext == [])
  }

  @Test("take an empty piece for nothing")
  func emptyPiece() throws {
    let (client, server) = try peers()
    try server.receive([])
    var wire = Wire(client, server)
    wire.pass()
    try server.receive([])
    #expect(server.session.state == .established)
  }

  @Test("end when the peer says close_notify, after what it sent before")
  func closeNotify() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server)
    wire.pass()
    try client.send([1, 2, 3])
    client.session.close()
    wire.pass()
    #expect(wire.serverError == nil)
    #expect(server.plaintext == [1, 2, 3])
    #expect(server.session.state == .ended)
    #expect(client.session.state == .established)
    // The other way is still open.
    try server.send([4])
    wire.pass()
    #expect(client.plaintext == [4])
  }

  @Test("drop what comes after close_notify")
  func afterTheEnd() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server)
    wire.pass()
    client.session.close()
    wire.pass()
    try server.receive([1, 2, 3])
    #expect(server.session.state == .ended)
    #expect(server.plaintext == [])
  }

  @Test("say nothing of an end before the handshake is over")
  func closeTooEarly() throws {
    let server = OurPeer(try TLSSession(server: server))
    server.session.close()
    #expect(server.outgoing() == [])
  }

  @Test("send no more after their own end")
  func sendAfterClose() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server)
    wire.pass()
    client.session.close()
    #expect(throws: TLSError.self) { try client.send([1]) }
  }

  @Test("refuse a record that was changed on its way")
  func tampered() throws {
    let (client, server) = try peers()
    var wire = Wire(client, server)
    wire.pass()
    try client.send([1, 2, 3])
    var record = client.outgoing()
    record[record.count - 1] ^= 1
    #expect(throws: TLSError.self) { try server.receive(record[...]) }
    #expect(server.plaintext == [])
    #expect(!server.outgoing().isEmpty, "an alert says so")
  }

  @Test(
    "refuse what is no ClientHello",
    arguments: [
      Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8),
      [UInt8](repeating: 0, count: 64), [UInt8](repeating: 255, count: 64),
      [22, 3, 1, 0, 4, 1, 255, 255, 255],
    ])
  func garbage(bytes: [UInt8]) throws {
    let server = OurPeer(try TLSSession(server: server))
    #expect(throws: TLSError.self) {
      try server.receive(bytes[...])
      // The message that this begins would be too long.
      try server.receive(([22, 3, 1, 0, 64] + [UInt8](repeating: 255, count: 64))[...])
    }
    #expect(server.session.state == .handshaking)
    // An error stays one.
    #expect(throws: TLSError.self) { try server.receive([22, 3, 1, 0, 1, 1]) }
  }

  @Test("are not stopped by random bytes")
  func randomBytes() throws {
    var generator = SeededGenerator(11)
    for _ in 0..<500 {
      let server = OurPeer(try TLSSession(server: server))
      let count = Int.random(in: 1...300, using: &generator)
      var bytes = generator.bytes(count)
      if Bool.random(using: &generator) {
        bytes.replaceSubrange(0..<min(3, count), with: [22, 3, 1].prefix(count))
      }
      try? server.receive(bytes[...])
      #expect(server.session.state == .handshaking)
    }
  }

  @Test("are freed, with what they hold of each other, when let go")
  func lifetime() throws {
    weak var session: TLSSession?
    weak var context: TLSContext?
    do {
      let own = try TLSContext.client(trusting: certificates.authority)
      let client = try TLSSession(client: own, host: "localhost")
      session = client
      context = own
      #expect(session != nil)
      withExtendedLifetime(client) {}
    }
    #expect(session == nil)
    #expect(context == nil)
  }

  @Test(
    "a connection's first byte tells TLS from HTTP/2",
    arguments: [([22, 3, 1], true), (Array("PRI *".utf8), false), ([], false), ([21, 3], false)]
      as [([UInt8], Bool)])
  func isHandshake(bytes: [UInt8], expected: Bool) {
    #expect(bytes.withUnsafeBytes { TLSSession.isHandshake($0.bytes) } == expected)
  }

  @Test("a client's first bytes are a handshake")
  func clientBeginsWithHandshake() throws {
    let hello = try peers().client.outgoing()
    #expect(hello.withUnsafeBytes { TLSSession.isHandshake($0.bytes) })
  }
}
