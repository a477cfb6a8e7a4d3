internal import RPC
internal import RPCClient
internal import Reactor

/// A client's hold on its loop, from any thread.
struct ClientLink: Sendable {
  private let loop: Loop
  private let caller: LoopBound<Caller>
  private let calls = RunningCalls()

  init(
    to address: SocketAddress, _ security: RPCChannel.Security, token: AccessToken,
    _ options: ClientOptions
  ) async throws(WorkflowHistoryError) {
    do throws(SystemError) {
      loop = try Loop(name: "workflow-history-client")
    } catch {
      throw WorkflowHistoryError(RPCStatus(.internal, "the client's thread can't start: \(error)"))
    }
    caller = await loop.bind { eventLoop in
      Caller(
        ReconnectingChannel(
          to: address, security, backoff: options.reconnection, on: eventLoop),
        TokenSource(token, on: eventLoop), options, on: eventLoop)
    }
  }

  /// Runs `body` on the loop, which outlives it: UNAVAILABLE where the client is closed.
  func run<T: Sendable>(
    _ body: @Sendable (Caller) async throws(WorkflowHistoryError) -> T
  ) async throws(WorkflowHistoryError) -> T { try await run(caller, body) }

  /// Runs `body` with a value that lives on the loop, likewise.
  func run<Value, T: Sendable>(
    _ value: LoopBound<Value>, _ body: @Sendable (Value) async throws(WorkflowHistoryError) -> T
  ) async throws(WorkflowHistoryError) -> T {
    try begin()
    defer { calls.end() }
    return try await value.run { value async -> Result<T, WorkflowHistoryError> in
      do throws(WorkflowHistoryError) { return .success(try await body(value)) } catch {
        return .failure(error)
      }
    }.get()
  }

  /// Makes a value that lives on the loop, likewise.
  func bind<Value>(
    _ make: @Sendable (Caller) -> Value
  ) async throws(WorkflowHistoryError) -> LoopBound<Value> {
    try begin()
    defer { calls.end() }
    return await caller.bind(make)
  }

  private func begin() throws(WorkflowHistoryError) {
    do throws(RPCStatus) { try calls.begin() } catch { throw WorkflowHistoryError(error) }
  }

  /// Closes the connection, and ends the loop when nothing runs on it any more.
  func close() async {
    guard calls.close() else { return await calls.ended() }
    await caller.run { await $0.close() }
    await calls.ended()
    await loop.stop()
  }
}
