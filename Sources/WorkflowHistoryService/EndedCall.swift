internal import Identity
internal import Logging
internal import RPC
internal import Telemetry

/// What the log says of a call.
struct EndedCall {
  /// The method; nil where a request of HTTP leads to none.
  var method: String?
  var code: RPCStatusCode
  /// What its caller was told; it has nothing of payloads and tokens.
  var message: String?
  var caller: String?
  var peer: CallPeer
  var traceID: String?
  /// The request of HTTP that it was; nil where it is gRPC's.
  var http: HTTPExchange?

  /// What callers choose is told up to so many characters.
  private static let maxLength = 300

  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = ["status": "\(code)", "peer": "\(peer.address)"]
    if let method { metadata["method"] = "\(Self.plain(method))" }
    if let message { metadata["reason"] = "\(Self.cut(message))" }
    if let caller { metadata["caller"] = "\(Self.cut(caller))" }
    if let traceID { metadata["trace"] = "\(traceID)" }
    if let http { metadata.merge(Self.metadata(of: http)) { $1 } }
    return metadata
  }

  /// By the names that OpenTelemetry has for them
  /// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/); `carrier` is what figures have.
  private static func metadata(of http: HTTPExchange) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["carrier": "\(http.carrier)"]
    if let method = http.method {
      metadata["http.request.method"] = "\(knownMethods.contains(method) ? method : "_OTHER")"
    }
    if let status = http.status {
      metadata["http.response.status_code"] = .stringConvertible(status)
    }
    if let path = http.path { metadata["url.path"] = "\(plain(path))" }
    return metadata
  }

  /// Those of RFC 9110 and RFC 5789: any others may hold anything.
  private static let knownMethods: Set = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
  ]

  // By scalars: one character may have any number of them.
  private static func cut(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(maxLength)))
  }

  /// A path, whose bytes that are no visible character of ASCII are `%` and two hexadecimal digits, so that
  /// none can end the line, or look like another.
  private static func plain(_ path: String) -> String {
    var plain = ""
    for byte in path.utf8 {
      guard plain.utf8.count < maxLength else { break }
      if 0x21...0x7E ~= byte {
        plain.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        plain += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return plain
  }
}

extension EndedCall {
  /// What is told of a call that was refused before it came to the interceptors.
  init(_ call: RefusedCall) {
    self.init(
      method: call.method, code: call.status.code, message: call.status.message, peer: call.peer,
      traceID: call.traceparent.flatMap { TraceContext($0)?.traceID }, http: call.http)
  }

  /// What is told of a call that ended with this.
  init(_ call: ServerCall, _ code: RPCStatusCode, _ failure: (any Error)?) {
    let status = failure as? RPCStatus
    let told = status?.code == code ? status : nil
    self.init(
      method: call.path, code: code, message: told?.message,
      caller: call[Principal.self]?.userID, peer: call.peer,
      traceID: call[TraceContext.self]?.traceID,
      http: call.http?.exchange(endingWith: told ?? RPCStatus(code, "")))
  }
}
