import Foundation
import Identity
import Logging
import ProtobufMessages
import RPC
import RPCTesting
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryService
import WorkflowHistoryTesting

@Suite("What every call passes first")
struct AuthenticationTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private let store = MemoryStore()
  private let key: SigningKey
  private let route: Dispatcher.Route

  init() throws {
    key = try SigningKey(secret: Array(repeating: 7, count: 32))
    let handlers = WorkflowHistoryHandlers(store: store, clock: { Samples.now })
    let dispatcher = Dispatcher(
      [handlers.service(arena: Arena())],
      interceptors: interceptors(
        verifier: TokenVerifier(
          TokenTrust(keys: KeySet(secrets: [key])), clock: { Self.now }),
        log: CallLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })))
    route = try dispatcher.route(
      Array("/\(WorkflowHistoryAPI.service.fullName)/SaveWorkflowExecution".utf8))
  }

  private func token(_ scopes: Set<Scope> = [.historyWrite], issued: Date = now) async throws
    -> String
  {
    try await TokenIssuer(key: key).sign(
      user: "alice", scopes: scopes, expiresIn: .seconds(60), now: issued)
  }

  /// The status of a save with these values of `authorization`; nil where it is answered.
  private func status(_ authorizations: [String]) async throws -> RPCStatus? {
    let metadata = Metadata(authorizations.map { RPCField("authorization", $0) })
    let call = ServerCall(
      method: route.method, metadata: metadata, peer: CallPeer(address: "tcp"), timeout: nil)
    let request = SaveWorkflowExecutionRequest(execution: Samples.fields)
    do {
      _ = try await route.serve(call, request.encode(arena: Arena(), prefix: 0))
      return nil
    } catch let status as RPCStatus {
      return status
    }
  }

  /// What a call of a method ends with whose token, good for 60 s, expires when so many requests have
  /// reached the store.
  private func status(
    _ method: String, _ request: any EncodableMessage, times: Int, expiringAfter count: Int
  ) async throws -> RPCStatus? {
    let store = store
    let handlers = WorkflowHistoryHandlers(store: store, clock: { Samples.now })
    let dispatcher = Dispatcher(
      [handlers.service(arena: Arena())],
      interceptors: interceptors(
        verifier: TokenVerifier(
          TokenTrust(keys: KeySet(secrets: [key])),
          clock: { Self.now.addingTimeInterval(store.requests.count < count ? 59 : 61) }),
        log: CallLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })))
    let route = try dispatcher.route(
      Array("/\(WorkflowHistoryAPI.service.fullName)/\(method)".utf8))
    let metadata = Metadata([RPCField("authorization", "Bearer \(try await token())")])
    let call = ServerCall(
      method: route.method, metadata: metadata, peer: CallPeer(address: "tcp"), timeout: nil)
    let message = request.encode(arena: Arena(), prefix: 0)
    do {
      _ = try await route.serve(call, Array(repeating: message, count: times))
      return nil
    } catch let status as RPCStatus {
      return status
    }
  }

  @Test("a stream of requests ends when its token has expired, and not before")
  func requestsOfExpiredToken() async throws {
    let request = SaveWorkflowExecutionsRequest(executions: [Samples.fields])
    let ended = try await status("SaveWorkflowExecutions", request, times: 4, expiringAfter: 3)
    #expect(ended?.code == .unauthenticated)
    #expect(ended?.message.contains("expired") == true)
    #expect(store.requests.count == 3)
    #expect(
      try await status("SaveWorkflowExecutions", request, times: 4, expiringAfter: 8) == nil)
  }

  @Test("a stream of answers ends when its token has expired")
  func answersOfExpiredToken() async throws {
    let request = WatchWorkflowExecutionsRequest()
    let ended = try await status("WatchWorkflowExecutions", request, times: 1, expiringAfter: 1)
    #expect(ended?.code == .unauthenticated)
  }

  @Test("a good token says who calls, and what they may")
  func goodToken() async throws {
    #expect(try await status(["Bearer \(token())"]) == nil)
    guard case .save(let save) = store.requests.first else {
      Issue.record("no save")
      return
    }
    #expect(save.execution.userID == "alice")
    #expect(try await status(["Bearer \(token([]))"])?.code == .permissionDenied)
    #expect(store.requests.count == 1)
  }

  @Test("no token, two of them, or one that is not good is UNAUTHENTICATED")
  func badTokens() async throws {
    let good = "Bearer \(try await token())"
    let expired = "Bearer \(try await token(issued: Self.now - 61))"
    for authorizations in [
      [], [good, good], [""], ["Bearer"], ["Basic YTpi"], [good + "x"], [expired],
    ] {
      #expect(try await status(authorizations)?.code == .unauthenticated, "\(authorizations)")
    }
    #expect(store.requests.isEmpty)
  }
}
