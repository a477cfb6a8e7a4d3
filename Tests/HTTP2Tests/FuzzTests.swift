import HTTP2
import Testing

@Suite("Bytes that nobody would send")
struct FuzzTests {
  private static let iterations = 20_000

  /// A recorder's last event, and only that, is its end.
  private func endsOnce(_ recorder: StreamRecorder) -> Bool {
    recorder.closings.count == 1
      && recorder.events.dropLast().allSatisfy { if case .closed = $0 { false } else { true } }
  }

  @Test("do not stop a server, at random or as frames", arguments: [21, 22])
  func server(seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    var server = try started()
    var served = 0
    for _ in 0..<Self.iterations {
      do {
        try server.receive(input(&generator))
        // What a server would do meanwhile.
        if let request = server.requests.randomElement(using: &generator) {
          act(on: request.stream, &generator)
        }
        if Int.random(in: 0..<8, using: &generator) == 0 { _ = server.outgoing() }
        if server.session.isFinished || Int.random(in: 0..<100, using: &generator) == 0 {
          throw Over.enough
        }
      } catch {
        _ = server.outgoing()
        server.session.end()
        for request in server.requests { #expect(endsOnce(request.recorder)) }
        #expect(server.session.openStreams == 0)
        served += server.requests.count
        server = try started()
      }
    }
    #expect(served > 500, "most of what is sent must be near enough to be served")
  }

  @Test("do not stop a client", arguments: [23])
  func client(seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    var client = try Peer.client()
    var calls = [try client.request()]
    var answered = 0
    for _ in 0..<Self.iterations {
      do {
        try client.receive(input(&generator))
        if Int.random(in: 0..<4, using: &generator) == 0 { calls.append(try client.request()) }
        if let call = calls.randomElement(using: &generator) { act(on: call.stream, &generator) }
        if Int.random(in: 0..<3, using: &generator) == 0 { _ = client.outgoing() }
        if client.session.isFinished || Int.random(in: 0..<100, using: &generator) == 0 {
          throw Over.enough
        }
      } catch {
        _ = client.outgoing()
        client.session.end()
        for call in calls { #expect(endsOnce(call.recorder)) }
        #expect(client.session.openStreams == 0)
        answered += calls.count { $0.recorder.events.count > 1 }
        client = try Peer.client()
        try client.receive([Frame(.settings)])
        calls = [try client.request()]
        _ = client.outgoing()
      }
    }
    #expect(answered > 50)
  }

  private enum Over: Error { case enough }

  private func started() throws -> Peer {
    let server = try Peer.server()
    try server.receivePreface()
    return server
  }

  /// Frames that are good, frames that are nearly so, and noise.
  private func input(_ generator: inout SeededGenerator) -> [UInt8] {
    let stream = UInt32.random(in: 0..<8, using: &generator) * 2 + 1
    var frame: Frame
    switch Int.random(in: 0..<10, using: &generator) {
    case 0...2: frame = .headers(stream, Head.good, endsStream: Bool.random(using: &generator))
    case 3: frame = .headers(stream, [(":status", "200")], endsStream: false)
    case 4: frame = .headers(stream, [("grpc-status", "0")])
    case 5:
      frame = Frame(.data, flags: UInt8.random(in: 0...1, using: &generator), stream: stream, [1])
    case 6: frame = Frame(.windowUpdate, stream: stream, Frame.number(100))
    case 7: frame = Frame(.reset, stream: stream, Frame.number(8))
    case 8:
      frame = Frame(
        .data, stream: stream, generator.bytes(Int.random(in: 0..<20, using: &generator)))
      frame.kind = UInt8.random(in: 0..<12, using: &generator)
      frame.flags = UInt8.random(in: 0...255, using: &generator)
    default: return generator.bytes(Int.random(in: 1..<40, using: &generator))
    }
    var bytes = frame.bytes
    if Int.random(in: 0..<20, using: &generator) == 0 {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1
    }
    return bytes
  }

  private func act(on stream: HTTP2Stream, _ generator: inout SeededGenerator) {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: stream.respond([HTTP2Field(":status", "200")])
    case 1: stream.respondAndEnd([HTTP2Field(":status", "200"), HTTP2Field("grpc-status", "1")])
    case 2: stream.write(generator.bytes(10))
    case 3: stream.finish()
    case 4: stream.finish(trailers: [HTTP2Field("grpc-status", "0")])
    case 5: stream.reset(.cancel)
    default: break
    }
  }
}
