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

  private func refused(_ code: RPCStatusCode, path: String = "/a.B/C") -> RefusedCall {
    RefusedCall(
      path: path, status: RPCStatus(code, "no"), peer: CallPeer(address: "tcp"),
      traceparent: "00-\(Self.trace)-b7ad6b7169203331-01")
  }

  /// Serves one call that an interceptor behind the log refuses with this.
  private func serve(_ log: CallLog, refusing failure: (any Error)?) async throws {
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
    log().tell(refused(.unimplemented, path: String(repeating: "x", count: 10_000)))
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

  @Test("a flood of one code is cut, counted, and hides no other")
  func floods() throws {
    let log = log()
    for _ in 0..<CallLog.burst + 30 { log.tell(refused(.unauthenticated)) }
    #expect(lines.all.count == CallLog.burst)
    log.tell(refused(.permissionDenied))
    #expect(lines.all.last?.metadata["status"] == "PERMISSION_DENIED")
    clock.advance(by: .seconds(2))
    for _ in 0..<20 { log.tell(refused(.unauthenticated)) }
    #expect(lines.all.count == CallLog.burst + 1 + 2 * CallLog.callsPerSecond)
    log.tellOmissions()
    log.tellOmissions()
    let told = lines.all[(CallLog.burst + 1 + 2 * CallLog.callsPerSecond)...]
    #expect(told.map(\.metadata) == [["status": "UNAUTHENTICATED", "count": "40"]])
    clock.advance(by: .seconds(3600))
    for _ in 0..<CallLog.burst * 2 { log.tell(refused(.unauthenticated)) }
    #expect(lines.all.count == CallLog.burst * 2 + 2 + 2 * CallLog.callsPerSecond)
  }

  @Test("what is below the log's level is not counted as left out")
  func levels() {
    let log = log(.error)
    for _ in 0..<CallLog.burst * 2 { log.tell(refused(.notFound)) }
    log.tellOmissions()
    #expect(lines.all.isEmpty)
  }
}
