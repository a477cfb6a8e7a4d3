public import ProtobufMessages
internal import TextEncoding

/// How a call ended (https://grpc.github.io/grpc/core/md_doc_statuscodes.html).
public struct RPCStatusCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code's number.
  public let rawValue: Int32
  /// The code with this number, which may be none of those below.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The call ended well.
  public static let ok = RPCStatusCode(rawValue: 0)
  /// The caller, or its connection, went away.
  public static let cancelled = RPCStatusCode(rawValue: 1)
  /// The server does not say what failed.
  public static let unknown = RPCStatusCode(rawValue: 2)
  /// The request is wrong whatever the state: a field is named.
  public static let invalidArgument = RPCStatusCode(rawValue: 3)
  /// The call, or a statement of it, took too long.
  public static let deadlineExceeded = RPCStatusCode(rawValue: 4)
  /// What was asked for does not exist.
  public static let notFound = RPCStatusCode(rawValue: 5)
  /// What was to be made exists, and is another.
  public static let alreadyExists = RPCStatusCode(rawValue: 6)
  /// The caller is known, and may not.
  public static let permissionDenied = RPCStatusCode(rawValue: 7)
  /// A limit of size, rate or queue length was reached.
  public static let resourceExhausted = RPCStatusCode(rawValue: 8)
  /// The state forbids it, and trying again does not help.
  public static let failedPrecondition = RPCStatusCode(rawValue: 9)
  /// Another change came first: read again, then try again.
  public static let aborted = RPCStatusCode(rawValue: 10)
  /// Past what there is.
  public static let outOfRange = RPCStatusCode(rawValue: 11)
  /// There is no such method, or no such encoding.
  public static let unimplemented = RPCStatusCode(rawValue: 12)
  /// A fault of the server.
  public static let `internal` = RPCStatusCode(rawValue: 13)
  /// Not now: try again later.
  public static let unavailable = RPCStatusCode(rawValue: 14)
  /// Data was lost or is corrupt.
  public static let dataLoss = RPCStatusCode(rawValue: 15)
  /// The caller is not known: no token, or a bad one.
  public static let unauthenticated = RPCStatusCode(rawValue: 16)

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// The code's name in the specification.
  public var description: String {
    Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "\(rawValue)"
  }
}

/// How a call ended, in words for its caller. Thrown, it ends the call.
public struct RPCStatus: Error, Equatable, Sendable, CustomStringConvertible {
  /// The code.
  public var code: RPCStatusCode
  /// What is wrong and what to do, in any characters.
  public var message: String
  /// What a program can act on.
  public var details: [StatusDetail]

  /// A status.
  public init(_ code: RPCStatusCode, _ message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// A status after which another try is worth it, when so much time has passed.
  public init(_ code: RPCStatusCode, _ message: String, retryAfter: Duration) {
    self.init(code, message, details: [.retryInfo(retryAfter)])
  }

  /// A call that ended well.
  public static let ok = RPCStatus(.ok, "")

  /// The code and the message.
  public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }

  /// The trailers that say it.
  public var trailers: [RPCField] {
    if code == .ok { return Self.okTrailers }
    var fields = [
      RPCField("grpc-status", String(code.rawValue)),
      RPCField("grpc-message", PercentEncoding.encode(message)),
    ]
    if !details.isEmpty {
      let rich = RichStatus(code: code.rawValue, message: message, details: details)
      fields.append(RPCField("grpc-status-details-bin", Base64.encode(rich.encode())))
    }
    return fields
  }

  private static let okTrailers = [RPCField("grpc-status", "0")]

  /// Reads the status from trailers, or from the headers of a Trailers-Only answer.
  ///
  /// - Returns: nil where there is no `grpc-status`.
  public init?(trailers: Metadata) {
    guard let text = trailers["grpc-status"] else { return nil }
    guard let code = Int32(text) else {
      self.init(.unknown, "the server's grpc-status is not a number")
      return
    }
    self.init(
      RPCStatusCode(rawValue: code), PercentEncoding.decode(trailers["grpc-message"] ?? ""))
    if let rich = trailers.binary("grpc-status-details-bin").first {
      details = (try? RichStatus(decoding: rich))?.details ?? []
    }
  }
}
