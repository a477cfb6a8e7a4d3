import Testing

@testable import RPC

@Suite("The answer of a unary call")
struct UnaryResponseTests {
  private static let head = [
    RPCField(":status", "200"), RPCField("content-type", "application/grpc"),
  ]
  private static let ok = [RPCField("grpc-status", "0")]

  /// What an answer of these parts is: headers, body, trailers.
  private func answer(
    _ head: [RPCField] = head, _ body: [UInt8] = framed([1, 2]), trailers: [RPCField]? = ok
  ) throws -> [UInt8] {
    var response = UnaryResponse(limit: 10)
    response.receive(head, endsStream: false)
    response.receive(body.span.bytes)
    if let trailers { response.receive(trailers, endsStream: true) }
    return try response.finish()
  }

  @Test("is its message, once the trailers say OK")
  func ok() throws { #expect(try answer() == [1, 2]) }

  @Test("is the status of its trailers, message or not")
  func failure() {
    let status = RPCStatus(.aborted, "too late")
    #expect(throws: status) { try answer(trailers: status.trailers) }
    #expect(throws: status) { try answer(Self.head, [], trailers: status.trailers) }
  }

  @Test("may be trailers only")
  func trailersOnly() {
    let status = RPCStatus(.notFound, "no such execution")
    var response = UnaryResponse(limit: 10)
    response.receive(Self.head + status.trailers, endsStream: true)
    #expect(throws: status) { try response.finish() }
  }

  @Test("without a grpc-status is UNKNOWN")
  func noStatus() {
    #expect(throws: RPCStatus(.unknown, "the server's answer has no grpc-status")) {
      try answer(trailers: [])
    }
  }

  @Test("that breaks off before its trailers is UNAVAILABLE")
  func brokenOff() {
    #expect(throws: RPCStatus(.unavailable, "the connection ended before the answer")) {
      try answer(trailers: nil)
    }
  }

  @Test(
    "that is not gRPC's takes its code from its HTTP status",
    arguments: [
      ("400", RPCStatusCode.internal), ("401", .unauthenticated), ("403", .permissionDenied),
      ("404", .unimplemented), ("429", .unavailable), ("502", .unavailable),
      ("503", .unavailable), ("504", .unavailable), ("500", .unknown), ("302", .unknown),
    ])
  func http(status: String, expected: RPCStatusCode) {
    let result = RPCStatus(expected, "the server answered with HTTP status \(status)")
    #expect(throws: result) {
      try answer([RPCField(":status", status)], Array("<html>".utf8), trailers: [])
    }
    // As an answer without a body.
    var response = UnaryResponse(limit: 10)
    response.receive([RPCField(":status", status)], endsStream: true)
    #expect(throws: result) { try response.finish() }
  }

  @Test("with a grpc-status is what that says, whatever its HTTP status")
  func grpcStatusFirst() {
    let status = RPCStatus(.resourceExhausted, "slower")
    #expect(throws: status) {
      try answer([RPCField(":status", "503")] + status.trailers, [], trailers: nil)
    }
  }

  @Test("may be announced by an interim one (RFC 9110, section 15.2)")
  func interim() throws {
    var response = UnaryResponse(limit: 10)
    response.receive([RPCField(":status", "103")], endsStream: false)
    response.receive(Self.head, endsStream: false)
    response.receive(framed([5]).span.bytes)
    response.receive(Self.ok, endsStream: true)
    #expect(try response.finish() == [5])
  }

  @Test("that is OK needs one message: none, two or a part of one is INTERNAL")
  func messageCount() {
    for body in [[], framed([1]) + framed([2]), Array(framed([1, 2]).dropLast()), [0]] {
      #expect(code { _ = try answer(Self.head, body) } == .internal, "\(body)")
    }
  }

  @Test("over the client's limit is RESOURCE_EXHAUSTED, though the server says OK")
  func overLimit() {
    #expect(
      code { _ = try answer(Self.head, framed([UInt8](repeating: 0, count: 11))) }
        == .resourceExhausted)
  }

  @Test("a request's fields say what the protocol asks for, then the metadata")
  func requestFields() {
    let fields = RequestFields.make(
      path: "/a.B/C", authority: "here:1", scheme: "https", timeout: .seconds(1),
      metadata: Metadata([RPCField("x", "y")]))
    #expect(
      fields.map { "\($0.name)=\($0.value)" } == [
        ":method=POST", ":scheme=https", ":path=/a.B/C", ":authority=here:1", "te=trailers",
        "content-type=application/grpc+proto", "user-agent=grpc-swift-workflow-history/1",
        "grpc-timeout=1000000u", "x=y",
      ])
  }
}
