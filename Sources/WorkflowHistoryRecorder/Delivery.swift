internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryClient
internal import WorkflowHistoryMessages

/// Sends one segment after the other, each until the server has taken or refused all of it.
struct Delivery: Sendable {
  /// How many calls are under way at once.
  private static let callsAtOnce = 32

  let client: WorkflowHistoryClient
  let recording: Recording
  /// Nil where there are none.
  let heartbeats: Heartbeats?
  let options: RecorderOptions
  let clock: RecorderClock
  let tally: Tally
  let outage: Outage

  /// Delivers until its task is cancelled, whatever happens.
  func run() async {
    await recording.takeOver()
    var pauses = self.pauses
    while !Task.isCancelled {
      do {
        guard let segment = await recording.nextSegment() else {
          await recording.work.wait()
          continue
        }
        try await deliver(segment)
        try await recording.remove(segment)
        pauses.succeeded()
      } catch {
        // The disk, or the end of the task.
        try? await pauses.wait(after: error)
      }
    }
  }

  private var pauses: Pauses { Pauses(outage, options.backoff) }

  private func deliver(_ segment: Segment) async throws {
    let requests = try await recording.read(segment)
    for (record, reason) in requests.unreadable {
      await recording.keep(Refusal(record, reason, at: clock.now()))
    }
    try await save(requests.beginnings)
    try await atOnce(requests.endings) { try await tell($0) }
    if await !recording.isOwn(segment) {
      try await atOnce(requests.beginnings.filter(\.isRunning)) { try await tellLeft($0.id) }
    }
  }

  // MARK: Beginnings

  private func save(_ beginnings: [Beginning]) async throws {
    var pauses = self.pauses
    var waiting = beginnings[...]
    var again: [Beginning] = []
    while !waiting.isEmpty {
      do {
        for try await outcome in client.save(waiting.map(\.execution)) {
          let refusal = outcome.refusal.map { WorkflowHistoryError($0) }
          let beginning = waiting.removeFirst()
          again +=
            refusal?.passes == true
            ? try await saveAlone(beginning) : await settle(beginning, refusal)
          pauses.succeeded()
        }
      } catch let error as WorkflowHistoryError {
        if error.isTooLarge {
          // One of them is: calls of their own tell which.
          again += try await saveAlone(waiting.removeFirst())
        } else {
          try await pauses.wait(after: error)
        }
      }
    }
    if !again.isEmpty { try await save(again) }
  }

  private func saveAlone(_ beginning: Beginning) async throws -> [Beginning] {
    var pauses = self.pauses
    while true {
      do throws(WorkflowHistoryError) {
        _ = try await client.save(beginning.request)
        return await settle(beginning, nil)
      } catch {
        if !error.passes { return await settle(beginning, error) }
        try await pauses.wait(after: error)
      }
    }
  }

  /// Counts what became of it; returns what can be tried in its place.
  private func settle(_ beginning: Beginning, _ error: WorkflowHistoryError?) async -> [Beginning] {
    guard let error else {
      tally.note(\.delivered)
      heartbeats?.begin(beginning.id)
      return []
    }
    await recording.keep(Refusal(beginning.request, "\(error)", at: clock.now()))
    let bare = beginning.bare
    return error.isAboutContent && bare != beginning ? [bare] : []
  }

  // MARK: Ends

  private func tell(_ whole: Ending) async throws {
    var pauses = self.pauses
    var ending = whole
    var version: Int32 = 1
    while true {
      let request = ending.request(expecting: version)
      do throws(WorkflowHistoryError) {
        _ = try await client.update(request)
        pauses.succeeded()
        return tally.note(\.delivered)
      } catch {
        if error.code == .aborted, error.retryDelay == nil {
          let stored = try await answer { () async throws(WorkflowHistoryError) in
            try await client.get(GetWorkflowExecutionRequest(id: whole.id)).execution
          }
          if let stored, ending.isCarriedOut(in: stored) { return tally.note(\.delivered) }
          if let stored, stored.status != .completed, stored.status != .failed {
            // Somebody has changed it meanwhile, and how it ended is ours to say. A replica may not have
            // the change yet.
            if stored.version <= version { try await pauses.wait(after: error) }
            version = stored.version
            continue
          }
        } else if error.passes {
          try await pauses.wait(after: error)
          continue
        }
        await recording.keep(Refusal(request, "\(error)", at: clock.now()))
        guard error.isAboutContent, ending.bare != ending else { return }
        ending = ending.bare
      }
    }
  }

  /// A single heartbeat says of a run whose process has died that no other will come: its execution
  /// becomes abandoned, unless its end is still to be delivered.
  private func tellLeft(_ id: ExecutionID) async throws {
    guard let heartbeats else { return }
    _ = try await answer { () async throws(WorkflowHistoryError) in
      try await client.heartbeat(heartbeats.request(id))
    }
  }

  /// The answer to a call, however long it takes; nil where there will be none.
  private func answer<Response>(
    _ call: () async throws(WorkflowHistoryError) -> Response
  ) async throws -> Response? {
    var pauses = self.pauses
    while true {
      do throws(WorkflowHistoryError) {
        return try await call()
      } catch {
        guard error.passes else { return nil }
        try await pauses.wait(after: error)
      }
    }
  }

  /// Does something with each of these, with some of them at once.
  private func atOnce<Element: Sendable>(
    _ elements: [Element], _ body: @escaping @Sendable (Element) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (place, element) in elements.enumerated() {
        if place >= Self.callsAtOnce { try await group.next() }
        group.addTask { try await body(element) }
      }
      try await group.waitForAll()
    }
  }
}
