import RPC
import RPCClient
import RPCTesting
import Reactor
import Synchronization
import Testing

@Suite("A channel that reconnects", .timeLimit(.minutes(1)))
struct ReconnectingChannelTests {
  private func echo(at address: SocketAddress = .tcp(host: "127.0.0.1", port: 0)) async throws
    -> TestServer
  { try await TestServer.start(at: address) { _ in ["Echo": { blob, _ in blob }] } }

  @Test("is opened once, however many calls need it, and stays")
  func opensOnce() async throws {
    let server = try await TestServer.start { _ in
      ["Port": { _, call in Blob(Array(call.peer.address.utf8)) }]
    }
    try await onLoop { eventLoop in
      let channel = ReconnectingChannel(to: server.address, .plaintext, on: eventLoop)
      var ports: [Blob] = []
      let tasks = (0..<10).map { _ in
        eventLoop.start {
          let port = try? await channel.connected(timeout: nil).call("Port")
          if let port { ports.append(port) }
        }
      }
      for task in tasks { await task.wait() }
      try await ports.append(channel.connected(timeout: nil).call("Port"))
      #expect(ports.count == 11)
      #expect(Set(ports.map(\.bytes)).count == 1)
      await channel.close()
    }
    await server.stop()
  }

  @Test("is opened anew by the first call after its server went away, and came back")
  func reopens() async throws {
    let first = try await echo()
    let address = first.address
    try await onLoop { eventLoop in
      let channel = ReconnectingChannel(to: address, .plaintext, on: eventLoop)
      #expect(try await channel.connected(timeout: nil).call("Echo") == Blob([]))
      await first.stop()
      let second = try await echo(at: address)
      // The first server's farewell is on its way.
      while try await channel.connected(timeout: nil).isOpen == false {}
      var answer: Blob?
      while answer == nil {
        answer = try? await channel.connected(timeout: nil).call("Echo", Blob([2]))
      }
      #expect(answer == Blob([2]))
      await channel.close()
      await second.stop()
    }
  }

  @Test(
    "waits longer and longer between attempts that fail, and from the start after one that did not")
  func backsOff() async throws {
    let server = try await echo()
    let address = server.address
    await server.stop()
    try await onLoop { eventLoop in
      let waits = Mutex<[Duration]>([])
      let backoff = Backoff(
        initial: .seconds(1_000), maximum: .seconds(4_000), random: { 1 },
        sleep: { wait in waits.withLock { $0.append(wait) } })
      let channel = ReconnectingChannel(to: address, .plaintext, backoff: backoff, on: eventLoop)
      for _ in 0..<5 {
        #expect(await status { try await channel.connected(timeout: nil) }?.code == .unavailable)
      }
      let ceilings: [Duration] = [1_000, 2_000, 4_000, 4_000].map { .seconds($0) }
      for (wait, ceiling) in zip(waits.withLock(\.self), ceilings) {
        #expect((ceiling - .seconds(60))...ceiling ~= wait)
      }
      #expect(waits.withLock(\.count) == 4)
      let server = try await echo(at: address)
      #expect(try await channel.connected(timeout: nil).call("Echo") == Blob([]))
      #expect(waits.withLock(\.count) == 5)
      await server.stop()
      while await status({ try await channel.connected(timeout: nil).call("Echo") }) == nil {}
      await channel.close()
    }
  }

  @Test("is waited for no longer than a call can, and not by one that is cancelled")
  func waitsAreBounded() async throws {
    try await onLoop { eventLoop in
      let server = try await echo()
      await server.stop()
      let events = Events()
      let backoff = Backoff(
        random: { 1 },
        sleep: { _ in
          events.record("waits")
          await untilCancelled()
        })
      let channel = ReconnectingChannel(
        to: server.address, .plaintext, backoff: backoff, on: eventLoop)
      #expect(await status { try await channel.connected(timeout: nil) }?.code == .unavailable)
      let late = await status { try await channel.connected(timeout: .milliseconds(20)) }
      #expect(late?.code == .deadlineExceeded)
      let task = eventLoop.start {
        let ended = await status { try await channel.connected(timeout: nil) }
        #expect(ended?.code == .cancelled)
      }
      await events.wait(for: "waits")
      task.cancel()
      await task.wait()
      let other = eventLoop.start {
        let ended = await status { try await channel.connected(timeout: nil) }
        #expect(ended == RPCStatus(.unavailable, "the client is closed"))
      }
      await eventLoop.yield()
      await channel.close()
      await other.wait()
      #expect(await status { try await channel.connected(timeout: nil) }?.code == .unavailable)
    }
  }

  @Test("is closed while it waits for a handshake that never comes")
  func closedAmidHandshake() async throws {
    try await onLoop { eventLoop in
      var held: [ByteStream] = []
      let events = Events()
      let listener = try Listener(on: .tcp(host: "127.0.0.1", port: 0), eventLoop: eventLoop) {
        if let stream = try? ByteStream(adopting: $0, on: eventLoop) { held.append(stream) }
        events.record("accepted")
      }
      let trust = try TestCertificate.shared.get().client
      let channel = ReconnectingChannel(
        to: listener.address, .tls(trust, host: "localhost"), on: eventLoop)
      let task = eventLoop.start {
        let ended = await status { try await channel.connected(timeout: nil) }
        #expect(ended?.code == .unavailable)
      }
      await events.wait(for: "accepted")
      await channel.close()
      await task.wait()
      listener.close()
      for stream in held { stream.close() }
    }
  }
}
