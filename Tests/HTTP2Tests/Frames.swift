/// HTTP/2 frames as bytes (RFC 9113, section 4.1), for what a well-behaved peer would never send,
/// and to see what a session says.
struct Frame: Equatable, CustomStringConvertible {
  enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate
    case continuation
  }

  var kind: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  static let endStream: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let ack: UInt8 = 1

  init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
    self.kind = kind.rawValue
    self.flags = flags
    self.stream = stream
    self.payload = payload
  }

  /// A HEADERS frame with a whole block.
  static func headers(
    _ stream: UInt32, _ fields: [(String, String)], endsStream: Bool = true
  ) -> Frame {
    Frame(
      .headers, flags: endHeaders | (endsStream ? endStream : 0), stream: stream,
      block(fields))
  }

  /// A block of fields (RFC 7541, section 6.2.2: literals, neither indexed nor coded).
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0] + text($0) + text($1) }
  }

  /// A string's length (RFC 7541, section 5.1: an integer with a prefix of 7 bits), and the string.
  private static func text(_ string: String) -> [UInt8] {
    let bytes = Array(string.utf8)
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    var length: [UInt8] = [127]
    var rest = bytes.count - 127
    while rest >= 128 {
      length.append(UInt8(rest % 128) | 128)
      rest /= 128
    }
    return length + [UInt8(rest)] + bytes
  }

  var bytes: [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), kind, flags]
      + Self.number(stream) + payload
  }

  static func number(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// The payload's number that begins at a byte.
  func number(at index: Int) -> UInt32 {
    payload[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The frames that bytes hold, of which the last is whole.
  static func parse(_ bytes: [UInt8]) -> [Frame] {
    var rest = bytes[...]
    if rest.starts(with: preface) { rest = rest.dropFirst(preface.count) }
    var frames: [Frame] = []
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      var frame = Frame(.data, flags: head[4])
      frame.kind = head[3]
      frame.stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) }
      frame.payload = Array(rest.dropFirst(9).prefix(count))
      frames.append(frame)
      rest = rest.dropFirst(9 + count)
    }
    return frames
  }

  var description: String {
    let name = Kind(rawValue: kind).map { "\($0)" } ?? "kind \(kind)"
    return "\(name) flags \(flags) stream \(stream) \(payload.count) bytes"
  }
}

extension [Frame] {
  func of(_ kind: Frame.Kind, stream: UInt32? = nil) -> [Frame] {
    filter { $0.kind == kind.rawValue && (stream == nil || $0.stream == stream) }
  }
}

/// The heads of requests.
enum Head {
  static let good = [
    (":method", "POST"), (":scheme", "https"), (":path", "/a.B/C"), (":authority", "localhost"),
  ]

  /// A good head but for some fields.
  static func without(_ name: String) -> [(String, String)] { good.filter { $0.0 != name } }
}
