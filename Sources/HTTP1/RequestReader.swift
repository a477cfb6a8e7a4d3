/// Reads requests out of a connection's bytes, one after another: lines are held to ``LineRules`` and
/// limits before http-parser sees them, and the head to its own rules before any of the body is read.
struct RequestReader {
  enum Event {
    case head(HTTP1RequestHead)
    /// A piece of the body, by where it lies in the input.
    case data(Range<Int>)
    /// The body is over: of requests that have none, the head was the end.
    case end
  }

  private enum Phase {
    /// Before the request line; true once an empty line was passed over.
    case requestLine(hasSkipped: Bool)
    case fields
    /// So many bytes of a body with a length are due.
    case body(Int)
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailers
    case end
  }

  private let settings: HTTP1Settings
  private let parser = MessageParser()
  private var phase = Phase.requestLine(hasSkipped: false)
  private var head = HTTP1RequestHead()
  /// Where the last request line begins.
  private var requestStart = 0
  /// How far the line that is due was searched for its end.
  private var searched = 0
  /// What the fields of the head, or the trailers, have taken of their limits.
  private var fieldBytes = 0
  private var fieldCount = 0
  private var bodyBytes = 0

  init(_ settings: HTTP1Settings) { self.settings = settings }

  /// Whether a request line has been read, and not yet the end of the head.
  var isInHead: Bool { if case .fields = phase { true } else { false } }

  /// What the fields of a head that is not complete take.
  var headBytes: Int { isInHead ? fieldBytes : 0 }

  /// Whether nothing of a request has been read.
  var isBetweenRequests: Bool { if case .requestLine = phase { true } else { false } }

  /// The path and query of the request that is being read, as far as they have come. Nil where what came
  /// has none.
  func path(in input: [UInt8]) -> String? {
    guard isBetweenRequests else {
      return HTTP1RequestHead.path(of: String(decoding: parser.progress.target, as: UTF8.self))
    }
    let parts = input[requestStart...].prefix { $0 != 0x0D && $0 != 0x0A }
      .split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count < 2
      ? nil : HTTP1RequestHead.path(of: String(decoding: parts[1], as: UTF8.self))
  }

  /// The next event of what lies in `input` from `position` on, which moves past what was read. Nil
  /// where more has to come. After a refusal nothing more is to be read.
  mutating func next(
    _ input: [UInt8], _ position: inout Int
  ) throws(HTTP1Refusal) -> Event? {
    while true {
      switch phase {
      case .requestLine(let hasSkipped):
        requestStart = position
        guard
          let line = try line(input, &position, HTTP1Refusal(414, "the request line is too long"))
        else { return nil }
        if line.isEmpty, !hasSkipped {
          phase = .requestLine(hasSkipped: true)
        } else {
          try begin(line, input)
        }
      case .fields:
        guard let line = try line(input, &position, .tooManyFields) else { return nil }
        if line.isEmpty { return .head(try endHead()) }
        try field(line, input)
      case .body(let due):
        guard let range = try data(input, &position, due) else { return nil }
        phase = range.count == due ? .end : .body(due - range.count)
        return .data(range)
      case .chunkSize:
        guard let line = try line(input, &position, .malformed("a chunk's line is too long")) else {
          return nil
        }
        try beginChunk(line, input)
      case .chunk(let due):
        guard let range = try data(input, &position, due) else { return nil }
        phase = range.count == due ? .chunkEnd : .chunk(due - range.count)
        return .data(range)
      case .chunkEnd:
        // Two bytes are all that is due: a line that fits is empty.
        let longer = HTTP1Refusal.malformed("a chunk is longer than its size")
        guard try line(input, &position, longer) != nil else { return nil }
        try parser.read(Self.crlf)
        phase = .chunkSize
      case .trailers:
        guard let line = try line(input, &position, .tooManyFields) else { return nil }
        if line.isEmpty {
          try parser.read(Self.crlf)
          phase = .end
        } else {
          try field(line, input)
        }
      case .end:
        guard parser.progress.isComplete else {
          throw .malformed("the body does not end where it says")
        }
        phase = .requestLine(hasSkipped: false)
        return .end
      }
    }
  }

  // MARK: Lines

  private static let crlf: ArraySlice<UInt8> = [0x0D, 0x0A]

  /// The most bytes of a line, its CRLF among them, where one is due.
  private var lineLimit: Int {
    switch phase {
    case .requestLine: settings.maxRequestLineBytes
    case .chunkSize: settings.maxChunkLineBytes
    case .chunkEnd: 2
    // A name and a value with a colon, a space and CRLF.
    default: settings.maxFieldBytes + 4
    }
  }

  /// The next whole line, without its CRLF.
  private mutating func line(
    _ input: [UInt8], _ position: inout Int, _ tooLong: HTTP1Refusal
  ) throws(HTTP1Refusal) -> ArraySlice<UInt8>? {
    let limit = position + lineLimit
    let due = input[max(position, searched)..<max(position, min(input.count, limit))]
    guard let end = due.firstIndex(of: 0x0A) else {
      searched = due.endIndex
      if input.count >= limit { throw tooLong }
      return nil
    }
    guard end > position, input[end - 1] == 0x0D else {
      throw .malformed("a line ends with a line feed alone")
    }
    defer {
      position = end + 1
      searched = position
    }
    return input[position..<end - 1]
  }

  /// The input is `count` bytes shorter at its beginning.
  mutating func dropped(_ count: Int) { searched = max(0, searched - count) }

  // MARK: Heads

  private mutating func begin(_ line: ArraySlice<UInt8>, _ input: [UInt8]) throws(HTTP1Refusal) {
    try LineRules.checkRequestLine(line)
    parser.restart()
    head = HTTP1RequestHead()
    (fieldBytes, fieldCount, bodyBytes) = (0, 0, 0)
    try parser.read(input[line.startIndex..<line.endIndex + 2])
    head.method = parser.method
    guard head.method != "CONNECT" else {
      throw HTTP1Refusal(501, "this server is no proxy")
    }
    head.isHTTP10 = line.last == UInt8(ascii: "0")
    phase = .fields
  }

  private mutating func field(_ line: ArraySlice<UInt8>, _ input: [UInt8]) throws(HTTP1Refusal) {
    // The colon is not counted, and 32 are.
    fieldBytes += line.count + 31
    fieldCount += 1
    guard fieldBytes <= settings.maxFieldBytes, fieldCount <= settings.maxFields else {
      throw .tooManyFields
    }
    try LineRules.checkField(line)
    try parser.read(input[line.startIndex..<line.endIndex + 2])
    parser.endField()
  }

  private mutating func endHead() throws(HTTP1Refusal) -> HTTP1RequestHead {
    try head.take(
      parser.progress.fields, target: String(decoding: parser.progress.target, as: UTF8.self))
    guard head.contentLength ?? 0 <= settings.maxBodyBytes else { throw .tooLargeBody(settings) }
    try parser.read(Self.crlf)
    // Two readings of the same head that must not differ.
    guard parser.progress.isHeadComplete, parser.progress.isChunked == (head.contentLength == nil),
      parser.progress.isComplete == (head.contentLength == 0)
    else { throw .malformed("the body's length is ambiguous") }
    head.keepsAlive = parser.progress.keepsAlive
    phase =
      switch head.contentLength {
      case nil: .chunkSize
      case 0?: .requestLine(hasSkipped: false)
      case let length?: .body(length)
      }
    (fieldBytes, fieldCount) = (0, 0)
    return head
  }

  // MARK: Bodies

  private mutating func beginChunk(_ line: ArraySlice<UInt8>, _ input: [UInt8]) throws(HTTP1Refusal)
  {
    try LineRules.checkChunkSize(line)
    try parser.read(input[line.startIndex..<line.endIndex + 2])
    let size = parser.progress.chunkBytes
    guard size <= settings.maxBodyBytes - bodyBytes else { throw .tooLargeBody(settings) }
    bodyBytes += size
    phase = size == 0 ? .trailers : .chunk(size)
  }

  private mutating func data(
    _ input: [UInt8], _ position: inout Int, _ due: Int
  ) throws(HTTP1Refusal) -> Range<Int>? {
    let range = position..<min(input.count, position + due)
    if range.isEmpty { return nil }
    try parser.read(input[range])
    position = range.upperBound
    searched = position
    return range
  }
}

extension HTTP1Refusal {
  fileprivate static var tooManyFields: HTTP1Refusal {
    HTTP1Refusal(431, "the header fields are too large, or too many")
  }

  fileprivate static func tooLargeBody(_ settings: HTTP1Settings) -> HTTP1Refusal {
    HTTP1Refusal(413, "the body has more than \(settings.maxBodyBytes) bytes")
  }
}
