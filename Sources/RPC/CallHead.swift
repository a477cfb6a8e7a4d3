internal import ProtobufMessages

/// What a call begins with, as far as gRPC's own fields go. Its fields are added one by one, and
/// then ``check(method:)`` says whether it is a call.
public struct CallHead: Equatable, Sendable {
  /// The caller's metadata, without the fields that are the protocol's own.
  public private(set) var metadata = Metadata()
  /// How long the caller waits. Nil: forever.
  public private(set) var timeout: Duration?
  /// The caller's `grpc-encoding`.
  public private(set) var encoding: String?
  /// Whether the caller's `grpc-accept-encoding` lists gzip.
  public private(set) var acceptsGzip = false
  /// The bytes of memory that it takes.
  public var allocatedBytes: Int { metadata.allocatedBytes + (encoding?.utf8.count ?? 0) }
  /// Whether it is to be a call of gRPC, by its content-type.
  public private(set) var isGRPC = false
  /// The content-type of what is not gRPC. Nil where there is none.
  public private(set) var contentType: String?
  private var hasBadTimeout = false

  /// Why a request is not a call.
  public enum Refusal: Error, Equatable, Sendable {
    /// Not gRPC: this HTTP status, and no trailers.
    case http(Int)
    /// gRPC, but not to be served.
    case status(RPCStatus)
  }

  /// Without a field yet.
  public init() {}

  /// Takes the next field. The name is lowercase.
  public mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
    switch name.count {
    case 2 where name.says("te"), 14 where name.says("content-length"): break
    case 12 where name.says("content-type"):
      isGRPC = Self.isGRPC(value)
      contentType = isGRPC ? nil : value.text
    case 12 where name.says("grpc-timeout"):
      timeout = Timeout.parse(value)
      hasBadTimeout = timeout == nil
    case 13 where name.says("grpc-encoding"): encoding = value.text
    case 20 where name.says("grpc-accept-encoding"):
      acceptsGzip = acceptsGzip || Self.listsGzip(value)
    default: metadata.add(name: name, value: value)
    }
  }

  /// Refuses what is not a call.
  ///
  /// - Parameter method: the request's, which must be POST.
  public func check(method: Span<UInt8>) throws(Refusal) {
    guard isGRPC else { throw .http(415) }
    guard method.says("POST") else { throw .http(405) }
    guard !hasBadTimeout else { throw .status(Self.badTimeout) }
  }

  /// Refuses what no call may have, gRPC's or not.
  public func checkTimeout() throws(RPCStatus) { if hasBadTimeout { throw Self.badTimeout } }

  private static let badTimeout = RPCStatus(
    .internal, "grpc-timeout is not 1 to 8 digits and one of HMSmun")

  private static func listsGzip(_ encodings: Span<UInt8>) -> Bool {
    var start = 0
    for end in 0...encodings.count
    where end == encodings.count || encodings[end] == UInt8(ascii: ",") {
      while start < end, encodings[start] == UInt8(ascii: " ") { start += 1 }
      var stop = end
      while start < stop, encodings[stop - 1] == UInt8(ascii: " ") { stop -= 1 }
      if encodings.extracting(start..<stop).says(MessageCodec.gzip) { return true }
      start = end + 1
    }
    return false
  }

  /// `application/grpc`, perhaps with a suffix that names the codec, or with parameters.
  private static func isGRPC(_ contentType: Span<UInt8>) -> Bool {
    let base = "application/grpc".utf8
    guard contentType.count >= base.count else { return false }
    var at = 0
    for letter in base {
      let byte = contentType[at]
      // A type is the same in any case (RFC 9110, section 8.3.1).
      guard byte == letter || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == letter
      else { return false }
      at += 1
    }
    let rest = contentType.extracting(at...)
    guard rest.count > 0, rest[0] != UInt8(ascii: ";") else { return true }
    // The codec must be one that we have.
    let codec = "+proto"
    guard rest.count >= codec.utf8.count, rest.extracting(..<codec.utf8.count).says(codec) else {
      return false
    }
    return rest.count == codec.utf8.count || rest[codec.utf8.count] == UInt8(ascii: ";")
  }
}
