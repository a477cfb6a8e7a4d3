import HTTPGateway
import ProtobufMessages
import RPC
import Testing

@Suite("A failure of a call by HTTP")
struct FailureTests {
  @Test(
    "has the status of HTTP that goes with its code",
    arguments: [
      (RPCStatusCode.invalidArgument, 400), (.failedPrecondition, 400), (.outOfRange, 400),
      (.unauthenticated, 401), (.permissionDenied, 403), (.notFound, 404), (.alreadyExists, 409),
      (.aborted, 409), (.resourceExhausted, 429), (.cancelled, 499), (.unknown, 500),
      (.internal, 500), (.dataLoss, 500), (.unimplemented, 501), (.unavailable, 503),
      (.deadlineExceeded, 504), (RPCStatusCode(rawValue: 99), 500),
    ])
  func statuses(code: RPCStatusCode, status: Int) {
    #expect(HTTPFailure(RPCStatus(code, "no")).status == status)
  }

  @Test("is a google.rpc.Status in JSON, with its details")
  func body() {
    let status = RPCStatus(
      .invalidArgument, "bad",
      details: [.badRequest([FieldViolation(field: "a.b", description: "must be \"c\"")])])
    #expect(
      String(decoding: HTTPFailure(status).json, as: UTF8.self)
        == #"{"code":3,"message":"bad","details":["#
        + #"{"@type":"type.googleapis.com/google.rpc.BadRequest","#
        + #""fieldViolations":[{"field":"a.b","description":"must be \"c\""}]}]}"#)
  }

  @Test(
    "says that a token is no good where there is one",
    arguments: [
      (nil, nil), ("Basic YTpi", nil), ("Bearer", "invalid_token"), ("Bearer a.b", "invalid_token"),
      ("bEARER a", "invalid_token"), ("Bearers a", nil), ("", nil),
    ] as [(String?, String?)])
  func challenges(authorization: String?, error: String?) {
    let fields = authorization.map { [RPCField("authorization", $0)] } ?? []
    let challenge = error.map { "Bearer error=\"\($0)\"" } ?? "Bearer"
    let unknown = HTTPFailure(RPCStatus(.unauthenticated, "")).told(to: Metadata(fields))
    #expect(unknown.fields == [RPCField("www-authenticate", challenge)])
    let other = HTTPFailure(RPCStatus(.permissionDenied, "")).told(to: Metadata(fields))
    #expect(other.fields.isEmpty)
  }

  @Test("says what to do in fields: to bring a token, to wait, or to use another method")
  func fields() {
    let unknown = HTTPFailure(RPCStatus(.unauthenticated, ""))
    #expect(unknown.fields == [RPCField("www-authenticate", "Bearer")])
    let busy = RPCStatus(
      .resourceExhausted, "", details: [.retryInfo(.milliseconds(1_200))])
    #expect(HTTPFailure(busy).fields == [RPCField("retry-after", "2")])
    let other = HTTPFailure.methodNotAllowed(["GET", "PATCH"])
    #expect(other.status == 405 && other.fields == [RPCField("allow", "GET, PATCH, OPTIONS")])
  }
}
