internal import RPC
internal import RPCClient
internal import Reactor

/// The current token, which all calls share. It lives on the client's loop.
final class TokenSource {
  private let eventLoop: EventLoop
  private let token: AccessToken
  private var known: String?
  /// The question that is under way.
  private var asking: SharedResult<String>?
  private var task: LoopTask?

  init(_ token: AccessToken, on eventLoop: EventLoop) {
    self.eventLoop = eventLoop
    self.token = token
    if case .constant(let token) = token { known = token }
  }

  /// The token; nil where calls carry none.
  func current(timeout: Duration?) async throws(RPCStatus) -> String? {
    try await other(than: nil, timeout: timeout)
  }

  /// Another token than this, if there is one.
  func other(than refused: String?, timeout: Duration?) async throws(RPCStatus) -> String? {
    guard known == refused, case .provided(let provide) = token else { return known }
    let asking = asking ?? ask(provide)
    do throws(RPCStatus) {
      return try await asking.value(timeout: timeout)
    } catch {
      throw error.code == .deadlineExceeded
        ? RPCStatus(.deadlineExceeded, "no token came in time") : error
    }
  }

  private func ask(
    _ provide: @escaping @concurrent @Sendable () async throws -> String
  ) -> SharedResult<String> {
    let result = SharedResult<String>(on: eventLoop)
    asking = result
    task = eventLoop.start {
      do {
        let token = try await provide()
        self.known = token
        result.settle(.success(token))
      } catch {
        result.settle(
          .failure(RPCStatus(.unauthenticated, "no token could be had: \(error)")))
      }
      if self.asking === result { self.asking = nil }
    }
    return result
  }

  /// Nobody waits for a token any more.
  func close() {
    task?.cancel()
    asking?.settle(.failure(RPCStatus(.unavailable, "the client is closed")))
    asking = nil
  }
}
