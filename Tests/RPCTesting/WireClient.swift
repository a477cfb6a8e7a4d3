public import HTTP2
public import Reactor

/// A client that says whatever a test wants, well-behaved or not, over HTTP/2 without TLS.
public final class WireClient: ByteStreamDelegate, HTTP2SessionDelegate {
  /// The connection.
  public let stream: ByteStream
  /// What the server said of the connection's end.
  public private(set) var goAway: HTTP2ErrorCode?
  /// Whether the server has closed the connection.
  public private(set) var isEnded = false
  /// The bytes that came to a client that does not speak HTTP/2 itself.
  public private(set) var received: [UInt8] = []
  private let http2: HTTP2Session
  private var waiting: [(condition: () -> Bool, continuation: CheckedContinuation<Void, Never>)] =
    []

  /// Connects; where `speaks` is false, it says nothing but what ``send(_:)`` is given.
  public static func connect(
    to address: SocketAddress, on eventLoop: EventLoop, settings: HTTP2Settings = .init(),
    speaks: Bool = true
  ) async throws -> WireClient {
    let client = WireClient(
      try await eventLoop.connect(to: address), try HTTP2Session.client(settings), speaks: speaks)
    client.stream.delegate = client
    client.http2.delegate = client
    client.stream.startReading()
    client.flush()
    return client
  }

  /// A client that takes nothing that is sent to it until it starts reading. HTTP/2's own windows let
  /// everything through.
  public static func connectWithoutReading(
    to address: SocketAddress, on eventLoop: EventLoop
  ) async throws -> WireClient {
    var settings = HTTP2Settings()
    settings.streamWindow = 1 << 30
    settings.connectionWindow = 1 << 30
    let client = try await connect(to: address, on: eventLoop, settings: settings)
    client.stream.stopReading()
    return client
  }

  private let speaks: Bool

  private init(_ stream: ByteStream, _ http2: HTTP2Session, speaks: Bool) {
    self.stream = stream
    self.http2 = http2
    self.speaks = speaks
  }

  /// Begins a call; its body follows by way of the stream, and ``flush()`` sends it.
  public func begin(_ path: String, _ fields: [HTTP2Field] = []) throws -> WireCall {
    try begin(
      fields: [
        HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "http"), HTTP2Field(":path", path),
        HTTP2Field(":authority", "localhost"), HTTP2Field("te", "trailers"),
        HTTP2Field("content-type", "application/grpc"),
      ] + fields)
  }

  /// Begins a request with just these fields.
  public func begin(fields: [HTTP2Field]) throws -> WireCall {
    let call = WireCall()
    call.stream = try http2.request(fields, delegate: call)
    call.client = self
    flush()
    return call
  }

  /// Sends bytes as they are.
  public func send(_ bytes: [UInt8]) { stream.write(bytes.span.bytes) }

  /// Sends what there is to send.
  public func flush() {
    guard speaks else { return }
    while http2.takeOutgoing(upTo: 1 << 16, { stream.write($0) }) {}
  }

  /// Waits until something about this client or its calls is so.
  public func wait(until condition: @escaping () -> Bool) async {
    if condition() { return }
    await withCheckedContinuation { waiting.append((condition, $0)) }
  }

  fileprivate func changed() {
    let ready = waiting.filter { $0.condition() }
    waiting.removeAll { $0.condition() }
    for entry in ready { entry.continuation.resume() }
  }

  /// Keeps the bytes, or hands them to HTTP/2.
  public func received(_ bytes: RawSpan) {
    if !speaks { bytes.withUnsafeBytes { received.append(contentsOf: $0) } }
    if speaks {
      try? http2.receive(bytes)
      flush()
    }
    changed()
  }

  /// Ends the connection.
  public func receivedEnd() { end() }
  /// Ends the connection.
  public func failed(_ error: SystemError) { end() }

  private func end() {
    isEnded = true
    stream.close()
    http2.end()
    changed()
  }

  /// Sends on.
  public func drained() { flush() }
  /// Never called: a server makes no requests.
  public func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {}
  /// Keeps the code.
  public func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {
    goAway = code
    goAways += 1
  }

  /// How often the server has said to go away.
  public private(set) var goAways = 0
}

/// One call of a ``WireClient``, and what came back.
public final class WireCall: HTTP2StreamDelegate {
  /// Every field of the headers and the trailers.
  public private(set) var fields: [HTTP2Field] = []
  /// How many blocks they came in.
  public private(set) var blocks = 0
  /// The bytes of the answer.
  public private(set) var body: [UInt8] = []
  /// How the stream ended. Nil while it stands.
  public private(set) var code: HTTP2ErrorCode?
  /// The stream.
  public fileprivate(set) var stream: HTTP2Stream!
  fileprivate unowned var client: WireClient!

  /// The first value of a field.
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Sends bytes of the body, and perhaps its end.
  public func send(_ bytes: [UInt8], ends: Bool = true) {
    stream.write(bytes)
    if ends { stream.finish() }
    client.flush()
  }

  /// Resets the stream, as a client does that has lost interest.
  public func cancel() {
    stream.reset(.cancel)
    client.flush()
  }

  /// Waits until the stream is over.
  public func ended() async { await client.wait { self.code != nil } }

  /// Keeps the fields.
  public func received(fields: [HTTP2Field], endsStream: Bool) {
    self.fields += fields
    blocks += 1
  }

  /// Keeps the bytes.
  public func received(data: RawSpan) {
    data.withUnsafeBytes { body.append(contentsOf: $0) }
  }

  /// Passed over: the stream closes next.
  public func receivedEnd() {}
  /// Keeps how the stream ended.
  public func closed(_ code: HTTP2ErrorCode) { self.code = code }
}
