internal import HTTP2
internal import RPC
internal import Reactor

/// One unary call at the client, from its stream's events to its answer.
final class ClientCall: HTTP2StreamDelegate {
  private let eventLoop: EventLoop
  private var response: UnaryResponse?
  private var result: Result<[UInt8], RPCStatus>?
  private var waiting: CheckedContinuation<Result<[UInt8], RPCStatus>, Never>?

  init(limit: Int, on eventLoop: EventLoop) {
    self.eventLoop = eventLoop
    response = UnaryResponse(limit: limit)
  }

  /// Waits until the call is over.
  ///
  /// - Parameter cancelled: called where the task is cancelled meanwhile; it is to ``end(_:)`` the call.
  func answer(cancelled: @escaping () -> Void) async throws(RPCStatus) -> [UInt8] {
    try await eventLoop.withCancellableContinuation(cancelled: cancelled) { continuation in
      // It may have ended on the way here.
      if let result { continuation.resume(returning: result) } else { waiting = continuation }
    }.get()
  }

  func received(fields: [HTTP2Field], endsStream: Bool) {
    response?.receive(fields.map { RPCField($0.name, $0.value) }, endsStream: endsStream)
  }

  func received(data: RawSpan) { response?.receive(data) }

  func receivedEnd() {}

  func closed(_ code: HTTP2ErrorCode) {
    guard let response else { return }
    self.response = nil
    do throws(RPCStatus) {
      end(.success(try response.finish()))
    } catch {
      end(.failure(error))
    }
  }

  /// Ends the call so, whatever the server thinks.
  func end(_ result: Result<[UInt8], RPCStatus>) {
    guard self.result == nil else { return }
    self.result = result
    waiting?.resume(returning: result)
    waiting = nil
  }
}
