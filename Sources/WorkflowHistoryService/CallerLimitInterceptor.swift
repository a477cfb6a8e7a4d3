internal import Identity
internal import ProtobufMessages
internal import RPC

/// Holds callers to their limits. It stands behind authentication, which says who calls.
final class CallerLimitInterceptor: ServerInterceptor {
  private let use: CallerUse
  private let pause: (Duration) async -> Void

  /// - Parameter pause: waits for a time, or until the call is cancelled.
  init(_ use: CallerUse, pause: @escaping (Duration) async -> Void) {
    self.use = use
    self.pause = pause
  }

  func interception(of method: MethodDescriptor) -> Interception? {
    guard use.isLimited else { return nil }
    let use = use
    let pause = pause
    return Interception(
      admit: { call in
        guard let caller = call[Principal.self] else { return nil }
        do throws(CallerUse.Refusal) {
          try use.begin(caller.userID)
          return nil
        } catch {
          // In time for a caller who does not wait for long.
          let hold = min(error.hold, (call.timeout ?? error.hold * 2) / 2)
          guard hold > .zero else { throw error.status }
          return {
            await pause(hold)
            throw error.status
          }
        }
      },
      conclude: { call, failure in
        if let caller = call[Principal.self] {
          use.end(caller.userID, bytes: call.receivedBytes + call.sentBytes)
        }
        return failure
      })
  }
}
