internal import CNghttp2

/// The rules of RFC 9113, section 8, for the head of a request. nghttp2 has them too, but answers a
/// `:path` without a leading slash with a reset, where gRPC wants UNIMPLEMENTED: so its own are off,
/// and only its checks of characters are used here.
struct RequestHeadBuilder {
  private(set) var head = HTTP2RequestHead()
  private var bytes = 0
  private var sawRegularField = false
  private var isMalformed = false
  private let settings: HTTP2Settings

  init(_ settings: HTTP2Settings) { self.settings = settings }

  /// Takes the next field.
  mutating func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
    bytes += name.count + value.count + 32
    guard bytes <= settings.maxFieldBytes, head.fields.count < settings.maxFields else {
      head.isTooLarge = true
      return
    }
    guard nghttp2_check_header_value(value.baseAddress, value.count) != 0 else {
      isMalformed = true
      return
    }
    if name.first == UInt8(ascii: ":") {
      addPseudo(name, value)
    } else {
      addRegular(name, value)
    }
  }

  private mutating func addPseudo(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    let value = String(decoding: value, as: UTF8.self)
    let previous: String
    switch name.count {
    case 5 where name.elementsEqual(":path".utf8):
      previous = head.path
      head.path = value
    case 7 where name.elementsEqual(":method".utf8):
      previous = head.method
      head.method = value
    case 7 where name.elementsEqual(":scheme".utf8):
      previous = head.scheme
      head.scheme = value
    case 10 where name.elementsEqual(":authority".utf8):
      previous = head.authority
      head.authority = value
    default:
      isMalformed = true
      return
    }
    // Once each, not empty, and before all others.
    if !previous.isEmpty || value.isEmpty || sawRegularField { isMalformed = true }
  }

  private mutating func addRegular(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    sawRegularField = true
    guard nghttp2_check_header_name(name.baseAddress, name.count) != 0 else {
      isMalformed = true
      return
    }
    let field = HTTP2Field(
      String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    switch field.name {
    case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade":
      isMalformed = true
    case "te" where field.value != "trailers":
      isMalformed = true
    case "host" where head.authority.isEmpty:
      head.authority = field.value
    default:
      head.fields.append(field)
    }
  }

  /// The head, or nil where it is malformed: the stream is to be reset with PROTOCOL_ERROR.
  func finished() -> HTTP2RequestHead? {
    guard !isMalformed else { return nil }
    if head.isTooLarge { return head }
    guard !head.method.isEmpty, !head.scheme.isEmpty, !head.path.isEmpty else {
      return nil
    }
    return head
  }
}
