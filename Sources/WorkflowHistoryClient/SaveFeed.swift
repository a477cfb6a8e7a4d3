internal import RPC
internal import RPCClient
internal import Reactor
internal import WorkflowHistory
internal import WorkflowHistoryMessages

/// A stream of saves, or of imports, that goes on with another call where one breaks off. It lives on the
/// client's loop.
///
/// Three tasks meet in it: one that brings executions, one for each call that sends them, and one that
/// takes the outcomes and, in taking them, makes the calls.
final class SaveFeed: Feed {
  typealias Element = [SaveOutcome]

  let caller: Caller
  private let method: BulkMethod
  private var attempts: Attempts
  private var unanswered = UnansweredSaves()
  /// Whether there are no more executions.
  private var isComplete = false
  private var isCancelled = false
  private var call: (any BulkCall)?
  /// The token that the call carries.
  private var token: String?
  /// How many calls there were.
  private var calls = 0
  private var answered: Int64 = 0
  private var deadline = Deadline(after: nil)
  /// There is room for more executions.
  private let room: Signal
  /// There are more executions to send, or there is nothing more to be sent.
  private let toSend: Signal
  /// There is something to be answered, or nothing any more.
  private let toTake: Signal

  init(_ method: BulkMethod, by caller: Caller) {
    self.method = method
    self.caller = caller
    attempts = Attempts(of: .write(isRepeatable: true), by: caller)
    room = Signal(on: caller.eventLoop)
    toSend = Signal(on: caller.eventLoop)
    toTake = Signal(on: caller.eventLoop)
  }

  // MARK: The executions' end

  /// Takes executions, when there is room. Returns whether it takes more.
  func take(_ executions: [ArchivedExecution]) async -> Bool {
    for var execution in executions {
      while isFull {
        await room.wait { isFull }
        if Task.isCancelled { return false }
      }
      if isCancelled { return false }
      if method == .save { execution.fields.fillInID() }
      unanswered.append(execution)
      toSend.raise()
      toTake.raise()
    }
    return true
  }

  private var isFull: Bool { !unanswered.hasRoom && !isCancelled }

  /// There are no more executions.
  func finish() {
    isComplete = true
    toSend.raise()
    toTake.raise()
  }

  // MARK: The outcomes' end

  func next() async throws(WorkflowHistoryError) -> [SaveOutcome]? {
    while true {
      while isIdle {
        await toTake.wait { isIdle }
        if Task.isCancelled { throw WorkflowHistoryError(.wasCancelled) }
      }
      if isCancelled { throw WorkflowHistoryError(RPCStatus(.unavailable, "the client is closed")) }
      if unanswered.isEmpty { return nil }
      do throws(CallFailure) {
        return try await receive()
      } catch {
        if attempts.isFresh { deadline = Deadline(after: caller.options.timeout) }
        breakOff()
        do throws(WorkflowHistoryError) {
          try await attempts.recover(from: error, until: deadline)
        } catch {
          cancel()
          throw error
        }
      }
    }
  }

  /// Whether there is nothing to be answered, and may be later.
  private var isIdle: Bool { unanswered.isEmpty && !isComplete && !isCancelled }

  private func receive() async throws(CallFailure) -> [SaveOutcome] {
    let call = try await running()
    do throws(RPCStatus) {
      guard let received = try await call.next() else {
        throw RPCStatus(.unavailable, "the server has ended the call before its last answer")
      }
      guard received.count <= unanswered.sent else {
        throw RPCStatus(.internal, "the server has answered more executions than it was sent")
      }
      let outcomes = received.enumerated().map { offset, outcome in
        var outcome = outcome
        outcome.index = answered + Int64(offset)
        return outcome
      }
      answered += Int64(outcomes.count)
      unanswered.removeAnswered(outcomes.count)
      attempts.succeeded()
      room.raise()
      return outcomes
    } catch {
      throw CallFailure(status: error, wasSent: true, token: token)
    }
  }

  private func running() async throws(CallFailure) -> any BulkCall {
    if let call { return call }
    let ready = try await caller.ready(until: Deadline(after: caller.options.timeout))
    do throws(RPCStatus) {
      let call = try method.begin(on: ready.channel, metadata: ready.metadata)
      (self.call, token) = (call, ready.token)
      calls += 1
      let number = calls
      caller.eventLoop.start { await self.send(to: call, number) }
      return call
    } catch {
      throw CallFailure(status: error, wasSent: false, token: ready.token)
    }
  }

  /// Sends executions for as long as this call is the one that runs.
  private func send(to call: any BulkCall, _ number: Int) async {
    while isRunning(number) {
      if unanswered.hasUnsent {
        // Whoever takes the outcomes is told how the call has ended.
        guard (try? await call.write(unanswered.takeRequest())) != nil else { return }
      } else if isComplete {
        return call.finish()
      } else {
        await toSend.wait { isRunning(number) && !unanswered.hasUnsent && !isComplete }
      }
    }
  }

  private func isRunning(_ number: Int) -> Bool { calls == number && call != nil }

  private func breakOff() {
    call?.cancel()
    call = nil
    unanswered.unsend()
    toSend.raise()
  }

  func cancel() {
    isCancelled = true
    breakOff()
    room.raise()
  }
}
