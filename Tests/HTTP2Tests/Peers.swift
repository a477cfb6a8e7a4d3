import HTTP2

/// What came on one stream, in its order.
final class StreamRecorder: HTTP2StreamDelegate {
  enum Event: Equatable {
    case fields([HTTP2Field], endsStream: Bool)
    case data
    case end
    case closed(HTTP2ErrorCode)
  }

  /// Pieces of data that follow each other are one.
  private(set) var events: [Event] = []
  private(set) var body: [UInt8] = []
  var onClose: (() -> Void)?
  var onData: (() -> Void)?

  /// The codes with which the stream was over: one, if all is well.
  var closings: [HTTP2ErrorCode] {
    events.compactMap { if case .closed(let code) = $0 { code } else { nil } }
  }

  func received(fields: [HTTP2Field], endsStream: Bool) {
    events.append(.fields(fields, endsStream: endsStream))
  }

  func received(data: RawSpan) {
    data.withUnsafeBytes { body.append(contentsOf: $0) }
    if events.last != .data { events.append(.data) }
    onData?()
  }

  func receivedEnd() { events.append(.end) }

  func closed(_ code: HTTP2ErrorCode) {
    events.append(.closed(code))
    onClose?()
  }
}

/// A session, and what came on it.
final class Peer: HTTP2SessionDelegate {
  struct Request {
    let head: HTTP2RequestHead
    let stream: HTTP2Stream
    let endsStream: Bool
    let recorder: StreamRecorder
  }

  let session: HTTP2Session
  private(set) var requests: [Request] = []
  private(set) var goAways: [(lastStream: Int32, code: HTTP2ErrorCode)] = []
  /// What serves a request as soon as it has come.
  var serve: ((Request) -> Void)?
  var onGoAway: (() -> Void)?

  init(_ session: HTTP2Session) {
    self.session = session
    session.delegate = self
  }

  static func server(_ settings: HTTP2Settings = .init()) throws -> Peer {
    Peer(try .server(settings))
  }

  static func client(_ settings: HTTP2Settings = .init()) throws -> Peer {
    Peer(try .client(settings))
  }

  // Streams keep their session.
  deinit { session.end() }

  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {
    let recorder = StreamRecorder()
    stream.delegate = recorder
    let request = Request(
      head: request, stream: stream, endsStream: endsStream, recorder: recorder)
    requests.append(request)
    serve?(request)
  }

  private(set) var pings = 0
  private(set) var pongs: [UInt64] = []

  func receivedPing() { pings += 1 }
  func receivedPong(_ payload: UInt64) { pongs.append(payload) }

  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {
    goAways.append((lastStream, code))
    onGoAway?()
  }

  func receive(_ bytes: some Collection<UInt8>, at now: Duration = .zero) throws {
    let bytes = Array(bytes)
    try bytes.withUnsafeBytes { try session.receive($0.bytes, at: now) }
  }

  func receive(_ frames: [Frame], at now: Duration = .zero) throws {
    try receive(frames.flatMap(\.bytes), at: now)
  }

  /// Takes a client's preface, and its settings.
  func receivePreface() throws { try receive(Frame.preface + Frame(.settings).bytes) }

  /// All that is to be sent.
  func outgoing() -> [UInt8] {
    var taken: [UInt8] = []
    while session.takeOutgoing(upTo: 1 << 14, { $0.withUnsafeBytes { taken += $0 } }) {}
    return taken
  }

  func outgoingFrames() -> [Frame] { Frame.parse(outgoing()) }

  /// Begins a request.
  func request(
    _ path: String = "/a.B/C", _ more: [HTTP2Field] = []
  ) throws -> (stream: HTTP2Stream, recorder: StreamRecorder) {
    let recorder = StreamRecorder()
    let fields = [
      HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "https"), HTTP2Field(":path", path),
      HTTP2Field(":authority", "localhost"), HTTP2Field("te", "trailers"),
    ]
    return (try session.request(fields + more, delegate: recorder), recorder)
  }
}

/// Passes bytes between two peers until neither has more.
struct Wire {
  let client: Peer
  let server: Peer
  /// The seed of the random cuts; nil: no cuts.
  var seed: UInt64?

  init(_ client: Peer, _ server: Peer, seed: UInt64? = nil) {
    self.client = client
    self.server = server
    self.seed = seed
  }

  func pass() throws {
    var generator = SeededGenerator(seed ?? 0)
    while true {
      let toServer = client.outgoing()
      let toClient = server.outgoing()
      if toServer.isEmpty, toClient.isEmpty { return }
      for piece in cut(toServer, &generator) { try server.receive(piece) }
      for piece in cut(toClient, &generator) { try client.receive(piece) }
    }
  }

  private func cut(
    _ bytes: [UInt8], _ generator: inout SeededGenerator
  ) -> [ArraySlice<UInt8>] {
    guard seed != nil else { return [bytes[...]] }
    var rest = bytes[...]
    var pieces: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      // Small ones mostly, and a large one now and then.
      let most = Bool.random(using: &generator) ? 16 : 1 << 14
      let count = Int.random(in: 1...most, using: &generator)
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

/// A pseudo-random sequence that is the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
