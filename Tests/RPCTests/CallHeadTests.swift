import Testing

@testable import RPC

@Suite("The head of a call")
struct CallHeadTests {
  private func head(
    method: String = "POST", contentType: String? = "application/grpc", _ fields: [RPCField] = []
  ) throws(CallHead.Refusal) -> CallHead {
    let type = contentType.map { [RPCField("content-type", $0)] } ?? []
    var head = CallHead()
    for field in type + fields {
      head.add(name: Array(field.name.utf8).span, value: Array(field.value.utf8).span)
    }
    try head.check(method: Array(method.utf8).span)
    return head
  }

  @Test("holds the caller's metadata, without the protocol's own fields")
  func metadata() throws {
    let head = try head([
      RPCField("te", "trailers"), RPCField("grpc-timeout", "5S"), RPCField("x-one", "1"),
      RPCField("grpc-encoding", "gzip"), RPCField("grpc-accept-encoding", "gzip"),
      RPCField("content-length", "7"), RPCField("authorization", "Bearer x"),
      RPCField("x-one", "2"),
    ])
    #expect(head.timeout == .seconds(5))
    #expect(head.encoding == "gzip")
    #expect(
      head.metadata.fields
        == [RPCField("x-one", "1"), RPCField("authorization", "Bearer x"), RPCField("x-one", "2")])
  }

  @Test("needs no deadline")
  func noTimeout() throws { #expect(try head().timeout == nil) }

  @Test(
    "is gRPC with protobuf, however its content-type is spelled",
    arguments: [
      "application/grpc", "application/grpc+proto", "Application/GRPC", "application/grpc;a=b",
      "application/grpc+proto;charset=utf-8",
    ])
  func contentTypes(contentType: String) throws { _ = try head(contentType: contentType) }

  @Test(
    "of any other content-type is HTTP 415",
    arguments: [
      nil, "", "application/json", "application/grpc+json", "application/grpc-web",
      "application/grpc-web+proto", "application/grpcx", "application/grpc+", "application/grp",
      "text/plain", " application/grpc",
    ])
  func otherContentTypes(contentType: String?) {
    #expect(throws: CallHead.Refusal.http(415)) { try head(contentType: contentType) }
  }

  @Test("of any other method than POST is HTTP 405", arguments: ["GET", "PUT", "post", "OPTIONS"])
  func otherMethods(method: String) {
    #expect(throws: CallHead.Refusal.http(405)) { try head(method: method) }
  }

  @Test(
    "with a malformed timeout is INTERNAL, as other implementations answer",
    arguments: ["", "1", "S", "123456789S", "1x", "-1S"])
  func malformedTimeout(timeout: String) {
    #expect(
      throws: CallHead.Refusal.status(
        RPCStatus(.internal, "grpc-timeout is not 1 to 8 digits and one of HMSmun"))
    ) { try head([RPCField("grpc-timeout", timeout)]) }
  }

  @Test("that is not gRPC's is refused as that, whatever its timeout is")
  func notGRPCFirst() {
    #expect(throws: CallHead.Refusal.http(415)) {
      try head(contentType: "text/html", [RPCField("grpc-timeout", "soon")])
    }
  }
}
