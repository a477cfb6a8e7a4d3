/// What a call begins with, as far as gRPC's own fields go.
public struct CallHead: Equatable, Sendable {
  /// The method's path, "/package.Service/Method".
  public var path: String
  /// The caller's metadata, without the fields that are the protocol's own.
  public var metadata: Metadata
  /// How long the caller waits. Nil: forever.
  public var timeout: Duration?
  /// The caller's `grpc-encoding`.
  public var encoding: String?
  /// Whether the caller's `grpc-accept-encoding` lists gzip.
  public var acceptsGzip = false

  /// Why a request is not a call.
  public enum Refusal: Error, Equatable, Sendable {
    /// Not gRPC: this HTTP status, and no trailers.
    case http(Int)
    /// gRPC, but not to be served.
    case status(RPCStatus)
  }

  /// Reads the head of a request.
  public init(method: String, path: String, fields: [RPCField]) throws(Refusal) {
    self.path = path
    metadata = Metadata()
    var contentType: String?
    var timeoutText: String?
    for field in fields {
      switch field.name {
      case "content-type": contentType = field.value
      case "grpc-timeout": timeoutText = field.value
      case "grpc-encoding": encoding = field.value
      case "grpc-accept-encoding": acceptsGzip = acceptsGzip || Self.listsGzip(field.value)
      case "te", "content-length": break
      default: metadata.add(field.name, field.value)
      }
    }
    guard let contentType, Self.isGRPC(contentType) else { throw .http(415) }
    guard method == "POST" else { throw .http(405) }
    if let timeoutText {
      timeout = Timeout.parse(timeoutText)
      guard timeout != nil else {
        throw .status(RPCStatus(.internal, "grpc-timeout is not 1 to 8 digits and one of HMSmun"))
      }
    }
  }

  private static func listsGzip(_ encodings: String) -> Bool {
    encodings.utf8.split(separator: UInt8(ascii: ",")).contains { encoding in
      let blank = UInt8(ascii: " ")
      return encoding.drop { $0 == blank }.prefix { $0 != blank }
        .elementsEqual(MessageCodec.gzip.utf8)
    }
  }

  /// `application/grpc`, perhaps with a suffix that names the codec, or with parameters.
  private static func isGRPC(_ contentType: String) -> Bool {
    let base = "application/grpc"
    let type = contentType.utf8
    guard type.count >= base.utf8.count,
      type.prefix(base.utf8.count).elementsEqual(base.utf8)
        || contentType.prefix(base.count).lowercased() == base
    else { return false }
    let rest = type.dropFirst(base.utf8.count)
    switch rest.first {
    case nil, UInt8(ascii: ";"): return true
    // The codec must be one that we have.
    case UInt8(ascii: "+"):
      let codec = rest.dropFirst().prefix { $0 != UInt8(ascii: ";") }
      return codec.elementsEqual("proto".utf8)
    default: return false
    }
  }
}
