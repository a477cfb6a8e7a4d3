import Testing

@testable import ProtobufMessages

@Suite("Rich status")
struct RichStatusTests {
  @Test(
    "A status comes back as it was encoded",
    arguments: [
      RichStatus(code: 0, message: ""),
      RichStatus(code: 14, message: "away", details: [.retryInfo(.milliseconds(1500))]),
      RichStatus(
        code: 3, message: "käse",
        details: [
          .badRequest([
            FieldViolation(field: "execution.status", description: "is required"),
            FieldViolation(field: "statuses[1]", description: "is unknown"),
          ]),
          .errorInfo(reason: "R", domain: "d", metadata: ["b": "2", "a": "1"]),
          .badRequest([]), .retryInfo(.nanoseconds(-1)),
          .errorInfo(reason: "", domain: "", metadata: [:]),
        ]),
    ])
  func roundTrip(status: RichStatus) throws {
    #expect(try RichStatus(decoding: status.encode()) == status)
  }

  @Test("Its bytes are those of google.rpc.Status")
  func golden() {
    #expect(RichStatus(code: 5, message: "no").encode() == [0x08, 0x05, 0x12, 0x02, 0x6E, 0x6F])
    let retry = RichStatus(code: 0, message: "", details: [.retryInfo(.milliseconds(1500))])
    let any: [UInt8] =
      [0x0A, 0x28] + Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
      + [0x12, 0x0A, 0x0A, 0x08, 0x08, 0x01, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
    #expect(retry.encode() == [0x1A, UInt8(any.count)] + any)
  }

  @Test("The prefix is zero bytes, and the message follows it")
  func prefix() {
    let status = RichStatus(code: 5, message: "no")
    #expect(status.encode(arena: Arena(), prefix: 5) == [0, 0, 0, 0, 0] + status.encode())
  }

  @Test("Details of other types are passed over")
  func unknownDetail() throws {
    let url = Array("type.googleapis.com/google.rpc.Help".utf8)
    let any: [UInt8] = [0x0A, UInt8(url.count)] + url + [0x12, 0x01, 0xFF]
    let bytes = [0x08, 0x05, 0x1A, UInt8(any.count)] + any
    #expect(try RichStatus(decoding: bytes) == RichStatus(code: 5, message: ""))
  }

  @Test("An error of several fields names them all, the first as its field")
  func messageError() {
    let error = MessageError(violations: [
      FieldViolation(field: "a", description: "is bad"),
      FieldViolation(field: "b", description: "is worse"),
    ])
    #expect(error.field == "a")
    #expect(error.description == "a: is bad; b: is worse")
  }
}
