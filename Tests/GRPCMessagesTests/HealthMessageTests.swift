import GRPCMessages
import ProtobufMessages
import Testing

@Suite("The messages of gRPC's health service")
struct HealthMessageTests {
  @Test("A check names its service, and none is the server as a whole")
  func check() throws {
    let bytes: [UInt8] = [0x0A, 3, 0x61, 0x2E, 0x42]
    let request = HealthCheckRequest(service: "a.B")
    #expect(request.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try HealthCheckRequest.decode(bytes, arena: Arena()) == request)
    #expect(HealthCheckRequest().encode(arena: Arena(), prefix: 5) == [0, 0, 0, 0, 0])
    #expect(try HealthCheckRequest.decode([], arena: Arena()).service == "")
  }

  @Test(
    "A status is its number in the proto",
    arguments: zip([.unknown, .serving, .notServing, .serviceUnknown] as [ServingStatus], 0...3))
  func statuses(status: ServingStatus, number: Int) throws {
    let bytes: [UInt8] = number == 0 ? [] : [0x08, UInt8(number)]
    let response = HealthCheckResponse(status: status)
    #expect(response.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try HealthCheckResponse.decode(bytes, arena: Arena()) == response)
  }

  @Test("A status that we do not know is UNKNOWN", arguments: [[4], [0xFF, 0x7F]])
  func newerStatus(number: [UInt8]) throws {
    #expect(try HealthCheckResponse.decode([0x08] + number, arena: Arena()).status == .unknown)
  }

  @Test("A list's entries lie in the order of their names")
  func list() throws {
    let response = HealthListResponse(statuses: ["b": .notServing, "": .serving, "a": .unknown])
    let bytes: [UInt8] =
      // Without a key: that of the empty name.
      [0x0A, 4, 0x12, 2, 0x08, 1]
      + [0x0A, 5, 0x0A, 1, 0x61, 0x12, 0]
      + [0x0A, 7, 0x0A, 1, 0x62, 0x12, 2, 0x08, 2]
    #expect(response.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try HealthListResponse.decode(bytes, arena: Arena()) == response)
    #expect(try HealthListResponse.decode([], arena: Arena()).statuses.isEmpty)
    #expect(
      try HealthListResponse.decode([0x0A, 0], arena: Arena()).statuses == ["": .unknown])
    #expect(HealthListRequest().encode(arena: Arena(), prefix: 0) == [])
    #expect(try HealthListRequest.decode([], arena: Arena()) == HealthListRequest())
  }

  @Test("A name that is not UTF-8 is refused by its field")
  func refused() {
    #expect(throws: MessageError(field: "service", description: "is not valid UTF-8")) {
      try HealthCheckRequest.decode([0x0A, 1, 0xFF], arena: Arena())
    }
  }
}
