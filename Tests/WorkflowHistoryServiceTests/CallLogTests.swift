import Identity
import Logging
import ProtobufMessages
import RPC
import RPCTesting
import Synchronization
import Testing

@testable import WorkflowHistoryService

/// Keeps what is logged.
private final class Lines: Sendable {
  typealias Line = (level: Logger.Level, message: String, metadata: [String: String])
  private let kept = Mutex<[Line]>([])
  var all: [Line] { kept.withLock { $0 } }

  func logger(_ level: Logger.Level = .notice) -> Logger {
    var logger = Logger(label: "test") { _ in Handler(lines: self) }
    logger.logLevel = level
    return logger
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = (event.metadata ?? [:]).mapValues(\.description)
      lines.kept.withLock { $0.append((event.level, event.message.description, metadata)) }
    }
  }
}

/// A clock that is set by hand.
private final class SetClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)
  var now: ContinuousClock.Instant { instant.withLock { $0 } }
  func advance(by time: Duration) { instant.withLock { $0 += time } }
}

@Suite("The log of calls")
struct CallLogTests {
  private let lines = Lines()
  private let clock = SetClock()

  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let method = MethodDescriptor(
    service: "a.B", name: "C", requestType: "a.T", responseType: "a.T")

  private func log(_ level: Logger.Level = .notice) -> CallLog {
    CallLog(lines.logger(level)) { [clock] in clock.now }
  }

  private func refused(
    _ code: RPCStatusCode, method: String? = "/a.B/C", from address: String = "tcp",
    http: HTTPExchange? = nil
  ) -> RefusedCall {
    RefusedCall(
      method: method, status: RPCStatus(code, "no"), peer: CallPeer(address: address),
      traceparent: "00-\(Self.trace)-b7ad6b7169203331-01", http: http)
  }

  /// Serves one call that an interceptor behind the log refuses with this.
  private func serve(
    _ log: CallLog, refusing failure: (any Error)?, http: HTTPRequestOfCall? = nil
  ) async throws {
    var service = RPCService(
      ServiceDescriptor(fullName: "a.B", methods: [Self.method]), arena: Arena())
    service.unary("C") { (request: Blob, call: ServerCall) in
      call[Principal.self] = Principal(userID: "ann", scopes: [])
      if let failure { throw failure }
      return request
    }
    let route = try Dispatcher([service], interceptors: [CallLogInterceptor(log)])
      .route(Array("/a.B/C".utf8))
    let call = ServerCall(
      method: Self.method, metadata: Metadata(), peer: CallPeer(address: "tcp"), timeout: nil)
    call.http = http
    _ = try? await route.serve(call, [1, 2, 3])
  }

  @Test("a call that is refused has one line: which, why, who and from where")
  func refusals() async throws {
    try await serve(log(), refusing: RPCStatus(.notFound, "there is no such execution"))
    let line = try #require(lines.all.first)
    #expect(lines.all.count == 1)
    #expect(line.level == .notice)
    #expect(
      line.metadata == [
        "method": "/a.B/C", "status": "NOT_FOUND", "reason": "there is no such execution",
        "caller": "ann", "peer": "tcp",
      ])
  }

  @Test("a call that comes to no interceptor has one too, with its trace")
  func earlyRefusals() throws {
    log().tell(refused(.unimplemented, method: String(repeating: "x", count: 10_000)))
    let line = try #require(lines.all.first)
    #expect(line.level == .notice)
    #expect(line.metadata["trace"] == Self.trace)
    #expect(line.metadata["method"]?.count == 300)
    #expect(line.metadata["caller"] == nil)
  }

  @Test("a failure of the server is an error, without what failed")
  func failures() async throws {
    struct Secret: Error {}
    try await serve(log(), refusing: Secret())
    #expect(lines.all.map(\.level) == [.error])
    #expect(lines.all.first?.metadata["reason"] == nil)
  }

  @Test("calls that are answered, or given up, are told at debug alone")
  func answers() async throws {
    for log in [log(.notice), log(.debug)] {
      try await serve(log, refusing: nil)
      try await serve(log, refusing: CancellationError())
    }
    #expect(lines.all.map { $0.metadata["status"] } == ["OK", "CANCELLED"])
    #expect(lines.all.allSatisfy { $0.level == .debug })
  }

  @Test("a call by HTTP is told as HTTP has it too, by OpenTelemetry's names")
  func http() async throws {
    let request = HTTPRequestOfCall(.http2, method: "GET", target: "/v1/c?user=bob") {
      $0.code == .notFound ? 404 : 500
    }
    try await serve(log(), refusing: RPCStatus(.notFound, "no"), http: request)
    #expect(
      lines.all.map(\.metadata) == [
        [
          "method": "/a.B/C", "status": "NOT_FOUND", "reason": "no", "caller": "ann", "peer": "tcp",
          "carrier": "http/2", "http.request.method": "GET", "url.path": "/v1/c",
          "http.response.status_code": "404",
        ]
      ])
  }

  @Test("one that leads to no method has none, and a method of HTTP that is none is not repeated")
  func httpAlone() throws {
    let asked = HTTPExchange(
      carrier: .http1, method: "GET\u{1B}[2J", target: "/v1?user=bob", status: 501)
    log().tell(refused(.unimplemented, method: nil, http: asked))
    log().tell(refused(.invalidArgument, method: nil, http: HTTPExchange(carrier: .http1)))
    let (first, last) = (try #require(lines.all.first), try #require(lines.all.last))
    #expect(first.metadata["method"] == nil && first.metadata["http.request.method"] == "_OTHER")
    #expect(first.metadata["url.path"] == "/v1")
    #expect(first.metadata["http.response.status_code"] == "501")
    #expect(Set(last.metadata.keys) == ["carrier", "status", "reason", "peer", "trace"])
  }

  @Test("what a caller has chosen can't end the line, look like another, or take all of it")
  func injection() throws {
    let path =
      "/v1/\u{1B}[2J\n{\"level\":\"error\"}\u{202E}é " + String(repeating: "x", count: 9_000)
    let asked = HTTPExchange(carrier: .http2, method: "GET", target: path, status: 404)
    log().tell(refused(.notFound, method: path, http: asked))
    let line = try #require(lines.all.first)
    for name in ["method", "url.path"] {
      let told = try #require(line.metadata[name])
      #expect(told.hasPrefix(#"/v1/%1B[2J%0A{"level":"error"}%E2%80%AE%C3%A9%20xxx"#))
      #expect(told.utf8.count <= 302)
    }
  }

  @Test("a character of any number of scalars is cut too")
  func marks() async throws {
    let marks = "e" + String(repeating: "\u{301}", count: 9_000)
    try await serve(log(), refusing: RPCStatus(.notFound, marks))
    #expect(lines.all.first?.metadata["reason"]?.unicodeScalars.count == 300)
  }

  @Test("a flood of one peer is cut, counted, and hides no other peer, and no other code")
  func floods() throws {
    let log = log()
    for port in 1...LineBudget.peerBurst + 30 {
      log.tell(refused(.unauthenticated, from: "192.0.2.1:\(port)"))
    }
    #expect(lines.all.count == LineBudget.peerBurst)
    log.tell(refused(.unauthenticated, from: "192.0.2.2:1"))
    log.tell(refused(.permissionDenied, from: "192.0.2.1:1"))
    #expect(lines.all.suffix(2).map { $0.metadata["peer"] } == ["192.0.2.2:1", "192.0.2.1:1"])
    log.tellOmissions()
    log.tellOmissions()
    #expect(lines.all.count == LineBudget.peerBurst + 3)
    #expect(lines.all.last?.metadata == ["status": "UNAUTHENTICATED", "count": "30"])
  }

  @Test("what is below the log's level is not counted as left out")
  func levels() {
    let log = log(.error)
    for _ in 0..<LineBudget.burst * 2 { log.tell(refused(.notFound)) }
    log.tellOmissions()
    #expect(lines.all.isEmpty)
  }
}
