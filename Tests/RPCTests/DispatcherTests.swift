import ProtobufMessages
import RPCTesting
import Testing

@testable import RPC

@Suite("A dispatcher")
struct DispatcherTests {
  private static let descriptor = ServiceDescriptor(
    fullName: "a.B",
    methods: ["One", "Two"].map {
      MethodDescriptor(service: "a.B", name: $0, requestType: "a.T", responseType: "a.T")
    })

  private func dispatcher(_ interceptors: [any ServerInterceptor] = []) -> Dispatcher {
    var service = RPCService(Self.descriptor, arena: Arena())
    for name in ["One", "Two"] {
      service.unary(name) { (request: Word, call: ServerCall) in
        Word(text: "\(name) \(call.path) \(request.text)")
      }
    }
    return Dispatcher([service], interceptors: interceptors)
  }

  @Test("finds a method by its exact path", arguments: ["One", "Two"])
  func exactPath(name: String) async throws {
    let route = try dispatcher().route(Array("/a.B/\(name)".utf8))
    #expect(route.method == Self.descriptor.methods.first { $0.name == name })
    #expect(try await answer(route, "hello") == "\(name) /a.B/\(name) hello")
  }

  @Test(
    "says of any other path what of it is unknown",
    arguments: [
      ("/a.B/Three", "unknown method of a.B"), ("/a.B/one", "unknown method of a.B"),
      ("/a.B/", "unknown method of a.B"), ("/a.B/One ", "unknown method of a.B"),
      ("/a.B/One?x=y", "unknown method of a.B"), ("/a.b/One", "unknown service"),
      ("//One", "unknown service"), ("/B/One", "unknown service"),
      ("", "the path is not /Service/Method"), ("/", "the path is not /Service/Method"),
      ("*", "the path is not /Service/Method"), ("a.B/One", "the path is not /Service/Method"),
      ("/a.B", "the path is not /Service/Method"), ("/a.B/One/", "the path is not /Service/Method"),
      ("x/a.B/One", "the path is not /Service/Method"),
    ])
  func otherPaths(path: String, message: String) {
    #expect(throws: RPCStatus(.unimplemented, message)) { try dispatcher().route(Array(path.utf8)) }
  }

  @Test("takes each call through the interceptors, the outermost first")
  func interceptorOrder() async throws {
    let log = Log()
    let route = try dispatcher([Recorder("outer", log), Recorder("inner", log)]).route(
      Array("/a.B/One".utf8))
    _ = try await answer(route, "x")
    #expect(log.lines == ["outer begins", "inner begins", "inner ends", "outer ends"])
  }

  @Test("does not ask the handler, nor an inner interceptor, where an outer one refuses")
  func refusal() async throws {
    let log = Log()
    let refusing = Recorder("outer", log)
    refusing.refusal = RPCStatus(.unauthenticated, "no")
    let route = try dispatcher([refusing, Recorder("inner", log)]).route(Array("/a.B/One".utf8))
    await #expect(throws: RPCStatus(.unauthenticated, "no")) { _ = try await answer(route, "x") }
    #expect(log.lines == ["outer begins"])
  }

  @Test("awaits what an interceptor still has to do before it lets a call in")
  func awaitedAdmission() async throws {
    let log = Log()
    let outer = Recorder("outer", log)
    outer.awaits = true
    let route = try dispatcher([outer, Recorder("inner", log)]).route(Array("/a.B/One".utf8))
    _ = try await answer(route, "x")
    #expect(
      log.lines == ["outer begins", "outer goes on", "inner begins", "inner ends", "outer ends"])
  }

  @Test("an interceptor that has let a call in is told what it ended with, and may say otherwise")
  func conclusion() async throws {
    let log = Log()
    let outer = Recorder("outer", log)
    outer.says = RPCStatus(.aborted, "otherwise")
    let refusing = Recorder("inner", log)
    refusing.refusal = RPCStatus(.unauthenticated, "no")
    let route = try dispatcher([outer, refusing]).route(Array("/a.B/One".utf8))
    await #expect(throws: RPCStatus(.aborted, "otherwise")) { _ = try await answer(route, "x") }
    #expect(log.lines == ["outer begins", "inner begins", "outer ends"])
  }

  @Test("what an interceptor attaches to a call is found by its type")
  func attachedValues() {
    let call = ServerCall(
      method: Self.descriptor.methods[0], metadata: Metadata(), peer: CallPeer(address: "tcp"),
      timeout: nil)
    #expect(call[Int.self] == nil)
    call[Int.self] = 1
    call[String.self] = "a"
    call[Int.self] = 2
    #expect(call[Int.self] == 2)
    #expect(call[String.self] == "a")
    call[Int.self] = nil
    #expect(call[Int.self] == nil)
  }

  @Test("a request that can't be decoded is INVALID_ARGUMENT with the field that is to blame")
  func undecodable() async throws {
    let route = try dispatcher().route(Array("/a.B/One".utf8))
    await #expect(
      throws: RPCStatus(
        .invalidArgument, "text: is not UTF-8",
        details: [.badRequest([FieldViolation(field: "text", description: "is not UTF-8")])])
    ) { _ = try await answer(route, bytes: [0xff]) }
    await #expect(throws: RPCStatus(.invalidArgument, "is empty")) {
      _ = try await answer(route, bytes: [])
    }
  }

  private func answer(_ route: Dispatcher.Route, _ text: String) async throws -> String {
    try await answer(route, bytes: Array(text.utf8))
  }

  private func answer(_ route: Dispatcher.Route, bytes: [UInt8]) async throws -> String {
    let call = ServerCall(
      method: route.method, metadata: Metadata(), peer: CallPeer(address: "tcp"), timeout: nil)
    let framed = try await route.serve(call, bytes)[0]
    #expect(framed.prefix(5) == [0, 0, 0, 0, 0])
    return String(decoding: framed.dropFirst(5), as: UTF8.self)
  }
}

/// A message that is its text.
private struct Word: DecodableMessage, EncodableMessage {
  var text: String

  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Word {
    if bytes.isEmpty { throw MessageError(field: nil, description: "is empty") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw MessageError(field: "text", description: "is not UTF-8")
    }
    return Word(text: text)
  }

  func encode(arena: Arena, prefix: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: prefix) + Array(text.utf8)
  }
}

private final class Log { var lines: [String] = [] }

private final class Recorder: ServerInterceptor {
  private let name: String
  private let log: Log
  var refusal: RPCStatus?
  var awaits = false
  var says: RPCStatus?

  init(_ name: String, _ log: Log) {
    self.name = name
    self.log = log
  }

  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(
      admit: { _ in
        self.log.lines.append("\(self.name) begins")
        if let refusal = self.refusal { throw refusal }
        return self.awaits ? { self.log.lines.append("\(self.name) goes on") } : nil
      },
      conclude: { _, failure in
        self.log.lines.append("\(self.name) ends")
        return self.says ?? failure
      })
  }
}
