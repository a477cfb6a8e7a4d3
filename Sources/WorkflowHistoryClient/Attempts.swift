internal import RPC
internal import RPCClient

/// What a call does, and so when it may be made once more.
enum CallKind {
  /// It changes nothing.
  case read
  /// It changes something: whether it does no harm to carry it out twice.
  case write(isRepeatable: Bool)
}

/// An attempt at a call that has failed.
struct CallFailure: Error {
  let status: RPCStatus
  /// Whether the server may have seen the call.
  let wasSent: Bool
  /// The token that it carried.
  let token: String?
}

/// The attempts at one call, until it is answered or must not be tried again.
struct Attempts {
  private let caller: Caller
  private let kind: CallKind
  private var failures = 0
  private var isInDoubt = false
  private var hasRenewedToken = false

  init(of kind: CallKind, by caller: Caller) {
    self.kind = kind
    self.caller = caller
  }

  /// Whether nothing has failed since it began, or since it last succeeded.
  var isFresh: Bool { failures == 0 && !hasRenewedToken }

  /// A stream goes on: what fails from here on fails for the first time.
  mutating func succeeded() {
    failures = 0
    hasRenewedToken = false
  }

  /// Waits until the call may be made again; throws where it must not be.
  mutating func recover(
    from failure: CallFailure, until deadline: Deadline
  ) async throws(WorkflowHistoryError) {
    if case .write = kind, failure.wasSent, Self.ambiguous.contains(failure.status.code) {
      isInDoubt = true
    }
    let error = WorkflowHistoryError(failure.status, isInDoubt: isInDoubt)
    if error.code == .unauthenticated, let refused = failure.token, !hasRenewedToken {
      hasRenewedToken = true
      if try await hasOther(than: refused, until: deadline) { return }
    }
    guard let backoff = caller.options.retries, !caller.isClosed, mayRepeat(error, failure) else {
      throw error
    }
    failures += 1
    let delay = (error.retryDelay ?? .zero) + backoff.delay(afterFailures: failures)
    guard deadline.allows(delay) else { throw error }
    await caller.wait(delay, by: backoff)
    if Task.isCancelled {
      throw WorkflowHistoryError(.wasCancelled, isInDoubt: isInDoubt)
    }
    if caller.isClosed { throw error }
  }

  /// After these a call may have been carried out, though its answer is not known.
  private static let ambiguous: Set<RPCStatusCode> = [
    .cancelled, .deadlineExceeded, .internal, .unavailable, .unknown,
  ]

  private func mayRepeat(_ error: WorkflowHistoryError, _ failure: CallFailure) -> Bool {
    switch error.code {
    case .unavailable:
      if case .write(isRepeatable: false) = kind { !failure.wasSent } else { true }
    // The server carried nothing out, and the same request may be good later.
    case .resourceExhausted, .aborted: failure.wasSent && error.retryDelay != nil
    default: false
    }
  }

  private func hasOther(
    than refused: String, until deadline: Deadline
  ) async throws(WorkflowHistoryError) -> Bool {
    do throws(RPCStatus) {
      return try await caller.tokens.other(than: refused, timeout: deadline.remaining) != refused
    } catch {
      throw WorkflowHistoryError(error, isInDoubt: isInDoubt)
    }
  }
}
