import GRPCMessages
import ProtobufMessages
import Testing

@Suite("The messages of server reflection")
struct ReflectionMessageTests {
  static let requests: [(ServerReflectionRequest.Query, [UInt8])] = [
    (.none, []),
    (.fileByFilename("a"), [0x1A, 1, 0x61]),
    (.fileContainingSymbol("a"), [0x22, 1, 0x61]),
    (.fileContainingExtension(type: "a", number: 5), [0x2A, 5, 0x0A, 1, 0x61, 0x10, 5]),
    (.allExtensionNumbersOfType("a"), [0x32, 1, 0x61]),
    (.listServices("*"), [0x3A, 1, 0x2A]),
    (.listServices(""), [0x3A, 0]),
  ]

  @Test("A request is one query and a host", arguments: requests)
  func request(query: ServerReflectionRequest.Query, bytes: [UInt8]) throws {
    let request = ServerReflectionRequest(query)
    #expect(request.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try ServerReflectionRequest.decode(bytes, arena: Arena()) == request)
    let hosted = ServerReflectionRequest(host: "h", query)
    #expect(hosted.encode(arena: Arena(), prefix: 0) == [0x0A, 1, 0x68] + bytes)
    #expect(try ServerReflectionRequest.decode([0x0A, 1, 0x68] + bytes, arena: Arena()) == hosted)
  }

  @Test("Of several queries the last one stands, and one that we do not know is none")
  func oddQueries() throws {
    let last = try ServerReflectionRequest.decode(
      [0x2A, 2, 0x10, 5, 0x1A, 1, 0x61, 0x3A, 0], arena: Arena())
    #expect(last.query == .listServices(""))
    #expect(try ServerReflectionRequest.decode([0x42, 0], arena: Arena()).query == .none)
  }

  static let responses: [(ServerReflectionResponse.Answer, [UInt8])] = [
    (.none, []),
    (.fileDescriptors([[0xFF, 0], []]), [0x22, 6, 0x0A, 2, 0xFF, 0, 0x0A, 0]),
    (.fileDescriptors([]), [0x22, 0]),
    (.extensionNumbers(type: "a", [5, 300]), [0x2A, 8, 0x0A, 1, 0x61, 0x12, 3, 5, 0xAC, 2]),
    (.extensionNumbers(type: "a", []), [0x2A, 3, 0x0A, 1, 0x61]),
    (.services(["a", "b"]), [0x32, 10, 0x0A, 3, 0x0A, 1, 0x61, 0x0A, 3, 0x0A, 1, 0x62]),
    (.error(code: 5, message: "a"), [0x3A, 5, 0x08, 5, 0x12, 1, 0x61]),
  ]

  @Test("A response repeats the host and the request, and has one answer", arguments: responses)
  func response(answer: ServerReflectionResponse.Answer, bytes: [UInt8]) throws {
    let request = ServerReflectionRequest(host: "h", .listServices(""))
    let response = ServerReflectionResponse(to: request, answer)
    let all = [0x0A, 1, 0x68, 0x12, 5, 0x0A, 1, 0x68, 0x3A, 0] + bytes
    #expect(response.encode(arena: Arena(), prefix: 0) == all)
    #expect(try ServerReflectionResponse.decode(all, arena: Arena()) == response)
  }

  @Test("A response need not say what it answers")
  func bare() throws {
    let response = try ServerReflectionResponse.decode([0x32, 0], arena: Arena())
    #expect(response.originalRequest == nil)
    #expect(response.answer == .services([]))
  }
}
