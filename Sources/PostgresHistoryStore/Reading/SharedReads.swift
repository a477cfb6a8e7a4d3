internal import Metrics
internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Lets calls that ask the same at the same time share one read, so that a crowd of them costs what
/// two do.
///
/// A call never joins a read that has begun, which may have missed what the caller has written
/// meanwhile: those that come while one is under way share the next.
final class SharedReads<Answer: Sendable> {
  /// What calls must have in common: all but the instant at which they ask.
  struct Key: Hashable {
    private let userID: ExactText
    private let workflowType: ExactText?
    private let length: Int64

    init(_ query: WindowQuery) {
      userID = ExactText(query.userID)
      workflowType = query.workflowType.map { ExactText($0) }
      length = query.end.microseconds &- query.start.microseconds
    }
  }

  private final class Flight {
    /// That of the call that joined last.
    var query: WindowQuery
    let read: Read
    var waiters: [Waiter<Result<Answer, any Error>>] = []
    /// What reads, once it has begun.
    var task: LoopTask?

    init(_ query: WindowQuery, _ read: @escaping Read) {
      self.query = query
      self.read = read
    }
  }

  typealias Read = (WindowQuery) async throws -> Answer

  private let eventLoop: EventLoop
  private var underWay: [Key: Flight] = [:]
  private var next: [Key: Flight] = [:]
  /// Counts the calls that share a read which another has asked for.
  private let counter: Counter

  /// - Parameter name: what is read, as `workflow_history.reads.shared` tells it.
  init(_ name: String, on eventLoop: EventLoop) {
    self.eventLoop = eventLoop
    counter = Counter(
      label: "workflow_history.reads.shared", dimensions: [("read", name)],
      factory: MetricsSystem.factory)
  }

  /// The answer to a query, read after it was asked for. When all calls that wait for it are cancelled,
  /// so is the read.
  ///
  /// - Parameter read: reads the answer to a query.
  func answer(_ query: WindowQuery, by read: @escaping Read) async throws -> Answer {
    let key = Key(query)
    let flight = flight(key, query, read)
    let waiter = Waiter<Result<Answer, any Error>>()
    return try await waiter.wait(
      on: eventLoop, cancelled: { self.leave(waiter, flight, key) },
      begin: {
        flight.waiters.append(waiter)
        if flight.task == nil, self.underWay[key] == nil { self.begin(flight, key) }
      }
    ).get()
  }

  private func flight(_ key: Key, _ query: WindowQuery, _ read: @escaping Read) -> Flight {
    guard underWay[key] != nil else { return Flight(query, read) }
    guard let flight = next[key] else {
      let flight = Flight(query, read)
      next[key] = flight
      return flight
    }
    counter.increment()
    flight.query = query
    return flight
  }

  private func begin(_ flight: Flight, _ key: Key) {
    underWay[key] = flight
    flight.task = eventLoop.start {
      let answer: Result<Answer, any Error>
      do { answer = .success(try await flight.read(flight.query)) } catch {
        answer = .failure(error)
      }
      self.end(flight, key, answer)
    }
  }

  private func end(_ flight: Flight, _ key: Key, _ answer: Result<Answer, any Error>) {
    underWay[key] = nil
    if let next = next.removeValue(forKey: key) { begin(next, key) }
    for waiter in flight.waiters { waiter.resolve(answer) }
  }

  private func leave(
    _ waiter: Waiter<Result<Answer, any Error>>, _ flight: Flight, _ key: Key
  ) {
    waiter.resolve(.failure(CancellationError()))
    flight.waiters.removeAll { $0 === waiter }
    guard flight.waiters.isEmpty else { return }
    if let task = flight.task {
      task.cancel()
    } else if next[key] === flight {
      next[key] = nil
    }
  }
}
