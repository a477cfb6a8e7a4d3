internal import ProtobufJSON
internal import ProtobufMessages
public import RPC

/// What a caller by HTTP is told where there is no answer: a status, and JSON that says why.
public struct HTTPFailure: Error, Equatable, Sendable {
  /// HTTP's status, 400 to 599.
  public var status: Int
  /// Fields that say what to do.
  public var fields: [RPCField]
  /// The body, on one line.
  public var json: [UInt8]
  /// What is wrong.
  public let cause: RPCStatus
  /// The methods that the path is there for, where another is what is wrong.
  public private(set) var allowed: [String] = []

  /// A failure with a body of one's own, and the fields that go with a status.
  ///
  /// - Parameter httpStatus: Nil: the one that goes with the status's code.
  public init(_ status: RPCStatus, as httpStatus: Int? = nil, json: [UInt8]) {
    self.status = httpStatus ?? status.code.httpStatus
    self.json = json
    cause = status
    fields = []
    if self.status == 401 { fields.append(Self.challenge) }
    for case .retryInfo(let delay) in status.details {
      // Whole seconds (RFC 9110, section 10.2.3), none too few.
      let (seconds, rest) = delay.components
      fields.append(RPCField("retry-after", String(rest > 0 ? seconds + 1 : seconds)))
    }
  }

  /// A failure whose body is a `google.rpc.Status` in protobuf's JSON.
  public init(_ status: RPCStatus, as httpStatus: Int? = nil) {
    let rich = RichStatus(
      code: status.code.rawValue, message: status.message, details: status.details)
    self.init(status, as: httpStatus, json: rich.json)
  }

  /// 415: there is a body that is not said to be JSON.
  public static let notJSON = HTTPFailure(
    RPCStatus(.invalidArgument, "a body must be application/json, and not encoded"), as: 415)

  /// The failure as it is told to who has sent these fields: a token that is no good is said to be that, and
  /// nothing is where there is none (RFC 6750, section 3.1).
  public func told(to metadata: Metadata) -> HTTPFailure {
    let authorization = metadata.list("authorization")?.prefix { $0 != " " }.lowercased()
    guard authorization == "bearer", let index = fields.firstIndex(of: Self.challenge) else {
      return self
    }
    var failure = self
    failure.fields[index].value += #" error="invalid_token""#
    return failure
  }

  private static let challenge = RPCField("www-authenticate", "Bearer")

  /// 404: no operation has the path.
  public static let notFound = HTTPFailure(RPCStatus(.notFound, "there is no such path"))

  /// 405: the path is there for other methods of HTTP, and for OPTIONS, which every path is there for.
  ///
  /// - Parameter json: The body. Nil: a `google.rpc.Status`.
  public static func methodNotAllowed(_ others: [String], json: [UInt8]? = nil) -> HTTPFailure {
    let allowed = others + ["OPTIONS"]
    let list = allowed.joined(separator: ", ")
    let cause = RPCStatus(.unimplemented, "this path is there for \(list)")
    var failure =
      json.map { HTTPFailure(cause, as: 405, json: $0) } ?? HTTPFailure(cause, as: 405)
    failure.fields.append(RPCField("allow", list))
    failure.allowed = allowed
    return failure
  }
}

extension RPCStatusCode {
  /// The status of HTTP that says the same, by the table of google/rpc/code.proto.
  public var httpStatus: Int {
    switch self {
    case .ok: 200
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .resourceExhausted: 429
    case .cancelled: 499
    case .unimplemented: 501
    case .unavailable: 503
    case .deadlineExceeded: 504
    default: 500
    }
  }
}
