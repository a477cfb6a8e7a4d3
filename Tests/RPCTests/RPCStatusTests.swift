import ProtobufMessages
import Testing

@testable import RPC

@Suite("A status")
struct RPCStatusTests {
  private static let details: [StatusDetail] = [
    .badRequest([FieldViolation(field: "execution.end_time", description: "ist früher")]),
    .retryInfo(.milliseconds(1500)),
    .errorInfo(reason: "VERSION_MISMATCH", domain: "workflow_history", metadata: ["version": "3"]),
  ]

  @Test("comes back from its trailers", arguments: (1...16).map { RPCStatusCode(rawValue: $0) })
  func roundTrip(code: RPCStatusCode) {
    for details in [[], Self.details, [Self.details[1]]] {
      let status = RPCStatus(code, "100 % kaputt\n", details: details)
      #expect(RPCStatus(trailers: Metadata(status.trailers)) == status)
    }
  }

  @Test("of a call that ended well is one trailer")
  func ok() {
    #expect(RPCStatus.ok.trailers == [RPCField("grpc-status", "0")])
    #expect(RPCStatus(trailers: Metadata([RPCField("grpc-status", "0")])) == .ok)
  }

  @Test("is written as ASCII, with details only where there are any")
  func trailers() {
    #expect(
      RPCStatus(.notFound, "kein Käse").trailers
        == [RPCField("grpc-status", "5"), RPCField("grpc-message", "kein K%C3%A4se")])
    let names = RPCStatus(.aborted, "", details: Self.details).trailers.map(\.name)
    #expect(names == ["grpc-status", "grpc-message", "grpc-status-details-bin"])
  }

  @Test("is none where there is no grpc-status")
  func absent() { #expect(RPCStatus(trailers: Metadata([RPCField("grpc-message", "x")])) == nil) }

  @Test("that is no number is UNKNOWN", arguments: ["", "x", "1.0", "99999999999"])
  func notANumber(text: String) {
    #expect(RPCStatus(trailers: Metadata([RPCField("grpc-status", text)]))?.code == .unknown)
  }

  @Test("with details that can't be read keeps its code and message", arguments: ["!", "////"])
  func brokenDetails(details: String) {
    let trailers = Metadata([
      RPCField("grpc-status", "3"), RPCField("grpc-message", "no"),
      RPCField("grpc-status-details-bin", details),
    ])
    #expect(RPCStatus(trailers: trailers) == RPCStatus(.invalidArgument, "no"))
  }

  @Test("is described by its code's name and its message")
  func description() {
    #expect("\(RPCStatus(.unavailable, "later"))" == "UNAVAILABLE: later")
    #expect("\(RPCStatus(.unavailable, ""))" == "UNAVAILABLE")
    #expect("\(RPCStatusCode(rawValue: 17))" == "17")
    #expect("\(RPCStatusCode.ok) \(RPCStatusCode.unauthenticated)" == "OK UNAUTHENTICATED")
  }
}
