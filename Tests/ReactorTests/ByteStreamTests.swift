import Testing

@testable import Reactor

@Suite("A byte stream")
struct ByteStreamTests {
  @Test(
    "carries bytes both ways",
    arguments: [
      "127.0.0.1:0", "unix:/tmp/workflow-history-\(UInt64.random(in: 0 ... .max)).sock",
    ])
  func echoes(address: String) async throws {
    let loop = try Loop(name: "test")
    let echoed = try await loop.run { eventLoop in
      let server = Echo()
      let listener = try Listener(on: #require(SocketAddress(address)), eventLoop: eventLoop) {
        server.serve($0, on: eventLoop)
      }
      let client = Collector()
      let stream = try await eventLoop.connect(to: listener.address)
      stream.delegate = client
      stream.startReading()
      stream.write([UInt8]("hello".utf8).span.bytes)
      await client.untilReceived(5)
      listener.close()
      stream.close()
      return client.bytes
    }
    #expect(echoed == [UInt8]("hello".utf8))
    await loop.stop()
  }

  @Test("keeps what the kernel does not take, in order, and tells when it is gone")
  func backpressure() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let sink = Box<ByteStream?>(nil)
      let received = Collector()
      let listener = try Listener(on: #require(SocketAddress("127.0.0.1:0")), eventLoop: eventLoop)
      {
        sink.value = try? ByteStream(adopting: $0, on: eventLoop)
        sink.value?.delegate = received
      }
      let writer = Collector()
      let stream = try await eventLoop.connect(to: listener.address)
      stream.delegate = writer
      let bytes = (0..<16_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) }
      stream.write(bytes.span.bytes)
      #expect(stream.pendingBytes > 0)
      while sink.value == nil { await eventLoop.sleep(for: .milliseconds(1)) }
      sink.value?.startReading()
      await received.untilReceived(bytes.count)
      #expect(received.bytes == bytes)
      #expect(writer.drains == 1)
      #expect(stream.pendingBytes == 0)
      listener.close()
      stream.close()
      sink.value?.close()
    }
    await loop.stop()
  }

  @Test("whose bytes have gone begins a turn that is timed from there on")
  func turnOfAWrite() async throws {
    // On a loop of its own, as what it reads would begin turns too.
    let peer = try Loop(name: "peer")
    let reader = try await peer.bind { eventLoop in
      let reader = Reader()
      reader.listener = try Listener(
        on: #require(SocketAddress("127.0.0.1:0")), eventLoop: eventLoop
      ) { reader.take($0, on: eventLoop) }
      return reader
    }
    let address = try await reader.run { try #require($0.listener).address }
    let loop = try Loop(name: "test")
    let turns = try await loop.run { eventLoop in
      let turns = Box<[Duration]>([])
      let writer = BusyOnceDrained()
      let stream = try await eventLoop.connect(to: address)
      stream.delegate = writer
      eventLoop.observeTurns { turns.value.append(.nanoseconds($0)) }
      stream.write([UInt8](repeating: 0, count: 16_000_000).span.bytes)
      // More than fits on the way, so that it waits until it is read.
      await reader.run { $0.read() }
      await writer.untilDrained()
      // The turn ends, and is told.
      await eventLoop.sleep(for: .milliseconds(1))
      stream.close()
      return turns.value
    }
    #expect(turns.contains { $0 >= BusyOnceDrained.time })
    await loop.stop()
    await peer.stop()
  }

  @Test("cannot be opened to where nobody listens")
  func refused() async throws {
    let loop = try Loop(name: "test")
    await #expect(throws: SystemError.self) {
      try await loop.run { eventLoop in
        _ = try await eventLoop.connect(to: .unix(path: "/nonexistent/socket"))
      }
    }
    await loop.stop()
  }

  @Test("a second listener on an address in use is refused, and says so")
  func inUse() async throws {
    let loop = try Loop(name: "test")
    let error = try await loop.run { eventLoop in
      let first = try Listener(on: #require(SocketAddress("127.0.0.1:0")), eventLoop: eventLoop) {
        _ in
      }
      defer { first.close() }
      return #expect(throws: SystemError.self) {
        _ = try Listener(on: first.address, eventLoop: eventLoop) { _ in }
      }
    }
    #expect(error?.isAddressInUse == true)
    await loop.stop()
  }
}

/// Sends back what it receives.
private final class Echo: ByteStreamDelegate {
  private var streams: [ByteStream] = []

  func serve(_ socket: consuming OwnedSocket, on eventLoop: EventLoop) {
    guard let stream = try? ByteStream(adopting: socket, on: eventLoop) else { return }
    stream.delegate = self
    stream.startReading()
    streams.append(stream)
  }

  func received(_ bytes: RawSpan) { streams.last?.write(bytes) }
  func receivedEnd() { streams.last?.close() }
  func drained() {}
  func failed(_ error: SystemError) {}
}

/// Takes what comes once it is told to, until it ends.
private final class Reader: ByteStreamDelegate {
  /// Kept for as long as that.
  var listener: Listener?
  private var stream: ByteStream?
  private var reads = false

  func take(_ socket: consuming OwnedSocket, on eventLoop: EventLoop) {
    guard let stream = try? ByteStream(adopting: socket, on: eventLoop) else { return }
    stream.delegate = self
    self.stream = stream
    if reads { stream.startReading() }
  }

  func read() {
    reads = true
    stream?.startReading()
  }

  func received(_ bytes: RawSpan) {}
  func receivedEnd() {
    listener?.close()
    listener = nil
    stream?.close()
  }
  func drained() {}
  func failed(_ error: SystemError) {}
}

/// Keeps its loop busy when its bytes have gone.
private final class BusyOnceDrained: ByteStreamDelegate {
  static let time = Duration.milliseconds(50)
  private var waiting: CheckedContinuation<Void, Never>?
  private var hasDrained = false

  func untilDrained() async {
    if !hasDrained { await withCheckedContinuation { waiting = $0 } }
  }

  func drained() {
    let end = ContinuousClock.now + Self.time
    while ContinuousClock.now < end {}
    hasDrained = true
    waiting?.resume()
    waiting = nil
  }

  func received(_ bytes: RawSpan) {}
  func receivedEnd() {}
  func failed(_ error: SystemError) { Issue.record(error) }
}

/// Keeps what it receives.
final class Collector: ByteStreamDelegate {
  var bytes: [UInt8] = []
  var drains = 0
  private var awaited = Int.max
  private var waiting: CheckedContinuation<Void, Never>?

  func untilReceived(_ count: Int) async {
    guard bytes.count < count else { return }
    awaited = count
    await withCheckedContinuation { waiting = $0 }
  }

  func received(_ span: RawSpan) {
    span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    if bytes.count >= awaited {
      waiting?.resume()
      waiting = nil
    }
  }
  func receivedEnd() {}
  func drained() { drains += 1 }
  func failed(_ error: SystemError) { Issue.record(error) }
}
