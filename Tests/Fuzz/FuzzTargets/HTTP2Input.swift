import HTTP2

/// The first byte says how the rest, a client's bytes, is cut and how calls are answered.
enum HTTP2Input {
  private static let pieceSizes = [1, 2, 9, 10, 64, 1000, 1 << 14, .max >> 1]

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let style = reader.byte()
    let input = Array(reader.rest)
    guard let session = try? HTTP2Session.server() else {
      throw BrokenPromise(description: "there is no session")
    }
    let server = Server(session, style: style >> 4)
    var sent: [UInt8] = []
    for piece in input.pieces(of: pieceSizes[Int(style & 7)]) {
      do { try session.receive(input.span.bytes.extracting(piece)) } catch { break }
      if style & 8 != 0 { sent += server.outgoing() }
      if session.isFinished { break }
    }
    sent += server.outgoing()
    session.end()
    try promise(session.openStreams == 0, "streams outlive their session")
    try promise(areWholeFrames(sent), "what is sent ends in the midst of a frame")
    for call in server.calls {
      try promise(call.closings == 1, "a stream was closed \(call.closings) times")
      try promise(!call.heardAfterClosing, "something came on a stream that was over")
    }
    return !server.calls.isEmpty
  }

  private static func areWholeFrames(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while rest.count >= 9 {
      let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 9 + length else { return false }
      rest = rest.dropFirst(9 + length)
    }
    return rest.isEmpty
  }
}

/// Answers each call in one of several ways.
private final class Server: HTTP2SessionDelegate {
  private(set) var calls: [Call] = []
  private let session: HTTP2Session
  private let style: UInt8

  init(_ session: HTTP2Session, style: UInt8) {
    self.session = session
    self.style = style
    session.delegate = self
  }

  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {
    // The first call in the way that the input says, and the following ones in the next.
    let way = (Int(style) + calls.count) % Call.Way.allCases.count
    let call = Call(stream, Call.Way.allCases[way])
    calls.append(call)
    stream.delegate = call
    call.begin()
    if endsStream { call.answer() }
  }

  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {
    if style & 1 != 0 { session.goAway() }
  }

  func outgoing() -> [UInt8] {
    var taken: [UInt8] = []
    while session.takeOutgoing(upTo: 1 << 14, { $0.withUnsafeBytes { taken += $0 } }) {}
    return taken
  }
}

private final class Call: HTTP2StreamDelegate {
  /// How a call is answered.
  enum Way: CaseIterable {
    case unary, atOnce, refusing, large, echoing, silent
  }

  private(set) var closings = 0
  private(set) var heardAfterClosing = false
  private let stream: HTTP2Stream
  private let way: Way
  private static let head = [HTTP2Field(":status", "200")]
  private static let trailers = [HTTP2Field("grpc-status", "0")]

  init(_ stream: HTTP2Stream, _ way: Way) {
    self.stream = stream
    self.way = way
  }

  func begin() {
    switch way {
    case .unary, .silent: break
    case .atOnce: stream.respondAndEnd(Self.head + Self.trailers)
    case .refusing: stream.reset(.refusedStream)
    case .large:
      stream.respond(Self.head)
      for _ in 0..<4 { stream.write([UInt8](repeating: 7, count: 20_000)) }
      stream.finish(trailers: Self.trailers)
    case .echoing: stream.respond(Self.head)
    }
  }

  /// Answers now that the client has sent all.
  func answer() {
    switch way {
    case .unary:
      stream.respond(Self.head)
      stream.write([0, 0, 0, 0, 0])
      stream.finish(trailers: Self.trailers)
    case .echoing: stream.finish()
    case .atOnce, .refusing, .large, .silent: break
    }
  }

  func received(fields: [HTTP2Field], endsStream: Bool) { note() }

  func received(data: RawSpan) {
    note()
    if way == .echoing {
      data.withUnsafeBytes { stream.write(Array($0)) }
    }
  }

  func receivedEnd() {
    note()
    answer()
  }

  func closed(_ code: HTTP2ErrorCode) { closings += 1 }

  private func note() { if closings > 0 { heardAfterClosing = true } }
}
