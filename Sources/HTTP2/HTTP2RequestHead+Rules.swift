internal import CNghttp2

/// The rules of RFC 9113, section 8, for the head of a request. nghttp2 has them too, but answers a
/// `:path` without a leading slash with a reset, where gRPC wants UNIMPLEMENTED: so its own are off,
/// and only its checks of characters are used here.
struct RequestHeadBuilder {
  private var head = HTTP2RequestHead()
  private var host: [UInt8] = []
  private var sawRegularField = false
  private var isMalformed = false
  /// Whether a content-type was kept of those beyond the limits.
  private var hasLateType = false

  /// How long a method or a content-type may be that is looked at beyond the limits.
  private static let maxKindBytes = 256

  /// Begins the next head in the same memory.
  mutating func removeAll() {
    head.removeAll()
    host.removeAll(keepingCapacity: true)
    sawRegularField = false
    isMalformed = false
    hasLateType = false
  }

  /// Takes the next field.
  mutating func add(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, _ limits: HTTP2Settings
  ) {
    guard head.block.admits(name: name, value: value, limits) else {
      return addBeyondLimits(name, value)
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

  /// Takes of the fields that are too many, or too large, those which say how the request is refused: a call
  /// of gRPC's is told so otherwise than others, and an answer to HEAD has no body.
  private mutating func addBeyondLimits(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    guard value.count <= Self.maxKindBytes,
      nghttp2_check_header_value(value.baseAddress, value.count) != 0
    else { return }
    if name.says(":method"), head.methodBytes.isEmpty {
      head.methodBytes.append(contentsOf: value)
    } else if name.says("content-type"), !hasLateType {
      hasLateType = true
      head.block.add(name: name, value: value)
    }
  }

  private mutating func addPseudo(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    // Once each, not empty, and before all others.
    if sawRegularField || value.isEmpty { isMalformed = true }
    switch name.count {
    case 5 where name.says(":path") && head.pathBytes.isEmpty:
      head.pathBytes.append(contentsOf: value)
    case 7 where name.says(":method") && head.methodBytes.isEmpty:
      head.methodBytes.append(contentsOf: value)
    case 7 where name.says(":scheme") && head.schemeBytes.isEmpty:
      head.schemeBytes.append(contentsOf: value)
    case 10 where name.says(":authority") && head.authorityBytes.isEmpty && value.isAuthority:
      head.authorityBytes.append(contentsOf: value)
    default: isMalformed = true
    }
  }

  private mutating func addRegular(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    sawRegularField = true
    guard nghttp2_check_header_name(name.baseAddress, name.count) != 0 else {
      isMalformed = true
      return
    }
    switch name.count {
    case 2 where name.says("te") && !value.says("trailers"),
      7 where name.says("upgrade"),
      10 where name.says("connection") || name.says("keep-alive"),
      16 where name.says("proxy-connection"),
      17 where name.says("transfer-encoding"):
      isMalformed = true
    case 4 where name.says("host"):
      if !host.isEmpty || !value.isAuthority { isMalformed = true }
      host.append(contentsOf: value)
    case 14 where name.says("content-length"):
      if head.bodyLength != nil || !value.isLength { isMalformed = true }
      head.bodyLength = Int(String(decoding: value, as: UTF8.self))
      head.block.add(name: name, value: value)
    default:
      head.block.add(name: name, value: value)
    }
  }

  /// Hands over the head, whose memory is the next one's if nobody keeps it.
  ///
  /// - Parameter hasBody: whether a body follows.
  /// - Returns: false where it is malformed: the stream is to be reset with PROTOCOL_ERROR.
  mutating func finish(hasBody: Bool, _ body: (HTTP2RequestHead) -> Void) -> Bool {
    guard !isMalformed, hasBody || head.bodyLength ?? 0 == 0 else { return false }
    if head.authorityBytes.isEmpty {
      swap(&head.authorityBytes, &host)
    } else if !host.isEmpty, host != head.authorityBytes {
      return false
    }
    // A tunnel has neither a scheme nor a path, which all others have (section 8.5).
    guard !head.methodBytes.elementsEqual("CONNECT".utf8) else { return false }
    let isComplete =
      !head.methodBytes.isEmpty && !head.schemeBytes.isEmpty && !head.pathBytes.isEmpty
    guard isComplete || head.isTooLarge else { return false }
    body(head)
    return true
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether these are the bytes of `text`.
  fileprivate func says(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && indices.allSatisfy { self[$0] == text.utf8Start[$0] }
  }

  /// Whether they are a host, perhaps with a port, without user information (section 8.3.1).
  fileprivate var isAuthority: Bool {
    nghttp2_check_authority(baseAddress, count) != 0 && !contains(UInt8(ascii: "@"))
  }

  /// Whether they are a length of a body (RFC 9110, section 8.6), and one that a number here can say.
  fileprivate var isLength: Bool {
    (1...18).contains(count) && allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
