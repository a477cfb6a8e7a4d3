public import ProtobufMessages

/// How a call ended (https://grpc.github.io/grpc/core/md_doc_statuscodes.html).
public struct RPCStatusCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number that `grpc-status` carries.
  public let rawValue: Int32
  /// The code of a number, known or not.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The call succeeded.
  public static let ok = RPCStatusCode(rawValue: 0)
  /// The caller gave the call up.
  public static let cancelled = RPCStatusCode(rawValue: 1)
  /// Whatever went wrong has no code of its own.
  public static let unknown = RPCStatusCode(rawValue: 2)
  /// The request itself is wrong, whatever the state of things.
  public static let invalidArgument = RPCStatusCode(rawValue: 3)
  /// The time that the caller gave is over.
  public static let deadlineExceeded = RPCStatusCode(rawValue: 4)
  /// There is no such thing.
  public static let notFound = RPCStatusCode(rawValue: 5)
  /// What was to be made is there already.
  public static let alreadyExists = RPCStatusCode(rawValue: 6)
  /// The caller is known, and may not do this.
  public static let permissionDenied = RPCStatusCode(rawValue: 7)
  /// A limit was met: of size, rate or room.
  public static let resourceExhausted = RPCStatusCode(rawValue: 8)
  /// Things are not in a state in which this can be done.
  public static let failedPrecondition = RPCStatusCode(rawValue: 9)
  /// Somebody else came between: read again, then try again.
  public static let aborted = RPCStatusCode(rawValue: 10)
  /// The request goes past what there is.
  public static let outOfRange = RPCStatusCode(rawValue: 11)
  /// There is no such method, or not in this way.
  public static let unimplemented = RPCStatusCode(rawValue: 12)
  /// A fault of this side, or a breach of the protocol.
  public static let `internal` = RPCStatusCode(rawValue: 13)
  /// Not now: try again later.
  public static let unavailable = RPCStatusCode(rawValue: 14)
  /// Data is lost or damaged for good.
  public static let dataLoss = RPCStatusCode(rawValue: 15)
  /// The caller did not prove who they are.
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
  /// What kind of end it is.
  public var code: RPCStatusCode
  /// What is wrong and what to do, in any characters.
  public var message: String
  /// What a program can act on.
  public var details: [StatusDetail]

  /// The end of a call, in words for the caller.
  public init(_ code: RPCStatusCode, _ message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
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
