internal import Metrics
internal import Postgres
internal import Reactor
internal import Synchronization
internal import WorkflowHistory

/// The saves, updates, heartbeats and deletions of a process that wait to be written: one bounded queue, which
/// the stores of all loops fill and a few writers empty, each a batch at a time.
public final class WriteQueue: Sendable {
  private struct State {
    var order = WriteOrder()
    var writers: [Writer] = []
    /// Whether a writer was woken that has not taken anything yet. It will take what comes
    /// meanwhile as well.
    var isWaking = false
    var observers: [LoopCallback] = []

    /// How many writes are in batches that are under way.
    var taken = 0

    var isOpen: Bool { writers.contains { $0.isOpen } }

    /// Whether what waits is worth a batch of its own: nothing is under way, with whose successors it
    /// could go, or it is as much as that.
    var hasCompany: Bool {
      order.count - taken >= min(taken, WriteQueue.batchLimit)
    }
  }

  private struct Writer {
    /// Whether its connection stands.
    var isOpen = false
    var isClosed = false
    /// While it has nothing to do, or waits for more to do.
    var sleeping: CheckedContinuation<Void, Never>?
    /// Whether it waits for more to do.
    var isGathering = false
    /// Whether it has waited for long enough.
    var isHurried = false
  }

  /// How many writes one batch may have, and about how many bytes, as they are sent or come back:
  /// so that no transaction writes for long, which would hold back the readers of the change log.
  /// Where many wait, of streams mostly, it may have more, and costs less for each.
  private static let batchLimit = 128
  private static let largeBatchLimit = 512
  private static let batchByteLimit = 4 << 20
  /// How long a write may wait for company while others are being written. The answers to a batch
  /// bring the next writes, one by one: without a pause the first of them would go alone, and the
  /// others wait for it.
  private static let gatheringTime = Duration.milliseconds(1)

  private let limit: Int
  private let byteLimit: Int
  private let state = Mutex(State())
  private let refusals = Counter.ofLimit("write-queue")

  /// An empty queue.
  ///
  /// - Parameters:
  ///   - limit: how many writes may be waiting or under way; one more is `resourceExhausted`.
  ///   - byteLimit: how many bytes these may hold, about; likewise.
  public init(limit: Int = 16_384, byteLimit: Int = 64 << 20) {
    self.limit = limit
    self.byteLimit = byteLimit
  }

  /// How many writes are waiting or under way.
  public var count: Int { state.withLock { $0.order.count } }

  /// How many bytes these hold, about.
  public var bytes: Int { state.withLock { $0.order.bytes } }

  // MARK: Filling it

  /// Adds writes in their order, and wakes a writer for them where one sleeps: one of `near` if it can,
  /// for these are on the caller's loop.
  ///
  /// One that is refused is answered at once: `resourceExhausted` where the queue is full, `unavailable`
  /// where no writer has a connection.
  func add(_ writes: [PendingWrite], near: [Int]) {
    var refused: [(PendingWrite, any Error)] = []
    let woken = state.withLock { state -> CheckedContinuation<Void, Never>? in
      for write in writes {
        if let refusal = refusal(of: write, &state) {
          refused.append((write, refusal))
        } else {
          state.order.add(write)
        }
      }
      return Self.wake(&state, near: near)
    }
    woken?.resume()
    for (write, refusal) in refused { write.answer(.failure(refusal)) }
  }

  private func refusal(of write: PendingWrite, _ state: inout State) -> (any Error)? {
    guard state.isOpen else { return Self.noConnection }
    // Groups leave room for those who wait for one write.
    let share = write.wantsRow ? 1 : 2
    guard state.order.count < limit / share,
      state.order.bytes + write.bytes <= byteLimit / share
    else {
      refusals.increment()
      return Self.full
    }
    return nil
  }

  /// Answers a call that was cancelled. Its write is taken out, unless it is in a batch: then it is
  /// written all the same.
  func cancel(_ write: PendingWrite) {
    _ = state.withLock { $0.order.withdraw(write) }
    write.answer(.failure(CancellationError()))
  }

  private static let full = HistoryError(
    .resourceExhausted, "too many writes are waiting: try again",
    retryAfter: HistoryError.retryDelay)
  private static let noConnection = PostgresError(
    .connection, "there is no connection to the server")

  // MARK: Emptying it

  /// Registers a writer, and returns its number.
  func addWriter() -> Int {
    state.withLock { state in
      state.writers.append(Writer())
      return state.writers.count - 1
    }
  }

  private enum Step {
    case write([PendingWrite])
    /// There is nothing to take.
    case sleep
    /// There is little to take, and more may come soon.
    case gather
    case end
  }

  /// Waits until there is something to write and the writer's connection stands, and takes a
  /// batch; nil where the writer was closed.
  func next(for writer: Int, on eventLoop: EventLoop) async -> [PendingWrite]? {
    var timer: LoopTimer?
    defer { timer?.cancel() }
    while true {
      let step = state.withLock { Self.step(&$0, writer) }
      // For what is left, or where this one can't take it.
      wakeAnother()
      switch step {
      case .end: return nil
      case .write(let batch): return batch
      case .sleep: break
      case .gather:
        if timer == nil {
          timer = eventLoop.timer(after: Self.gatheringTime) { self.hurry(writer) }
        }
      }
      await withCheckedContinuation { continuation in
        let comesAtOnce = state.withLock { state in
          guard !state.writers[writer].isClosed, !Self.mayTake(&state, writer) else { return true }
          state.writers[writer].sleeping = continuation
          return false
        }
        if comesAtOnce { continuation.resume() }
      }
    }
  }

  private static func step(_ state: inout State, _ writer: Int) -> Step {
    state.isWaking = false
    state.writers[writer].isGathering = false
    guard state.writers[writer].isOpen else {
      return state.writers[writer].isClosed ? .end : .sleep
    }
    guard state.order.hasReady() else {
      state.writers[writer].isHurried = false
      return .sleep
    }
    guard mayTake(&state, writer) else {
      state.writers[writer].isGathering = true
      return .gather
    }
    state.writers[writer].isHurried = false
    let share = (state.order.count - state.taken) / 4
    let batch = state.order.take(
      atMost: min(max(share, batchLimit), largeBatchLimit), bytes: batchByteLimit)
    state.taken += batch.count
    return .write(batch)
  }

  /// Whether a writer is to take what is there.
  private static func mayTake(_ state: inout State, _ writer: Int) -> Bool {
    state.writers[writer].isOpen && state.order.hasReady()
      && (state.hasCompany || state.writers[writer].isHurried)
  }

  /// Lets a writer take what there is.
  private func hurry(_ writer: Int) {
    let woken = state.withLock { state in
      state.writers[writer].isHurried = true
      return state.writers[writer].sleeping.take()
    }
    woken?.resume()
  }

  /// Takes note that a write was written, or never will be: the next of its id may be taken.
  func end(_ writes: [PendingWrite]) {
    state.withLock { state in
      state.taken -= writes.count
      for write in writes { state.order.end(write) }
    }
  }

  /// Puts back what was taken and not sent; it is answered where no writer has a connection.
  func putBack(_ writes: [PendingWrite]) {
    let isOpen = state.withLock { state in
      guard state.isOpen else { return false }
      state.taken -= writes.count
      for write in writes { state.order.putBack(write) }
      return true
    }
    if isOpen {
      wakeAnother()
    } else {
      end(writes)
      for write in writes { write.answer(.failure(Self.noConnection)) }
    }
  }

  /// Wakes a writer where there is something to take.
  func wakeAnother() {
    state.withLock { Self.wake(&$0, near: []) }?.resume()
  }

  private static func wake(_ state: inout State, near: [Int]) -> CheckedContinuation<Void, Never>? {
    guard !state.isWaking, state.order.hasReady() else { return nil }
    // One that gathers takes what comes, as soon as it is enough.
    if let gathering = state.writers.firstIndex(where: { $0.isGathering }) {
      guard mayTake(&state, gathering) else { return nil }
      return state.writers[gathering].sleeping.take()
    }
    let number =
      near.first { state.writers[$0].isOpen && state.writers[$0].sleeping != nil }
      ?? state.writers.firstIndex { $0.isOpen && $0.sleeping != nil }
    guard let number else { return nil }
    state.isWaking = true
    return state.writers[number].sleeping.take()
  }

  // MARK: The writers' connections

  /// Whether a writer has a connection.
  public var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Calls `callback` whenever ``isOpen`` may have changed.
  func observe(_ callback: LoopCallback) {
    state.withLock { $0.observers.append(callback) }
  }

  /// Takes note that a writer's connection stands, or does not. Where it was the last, all that
  /// waits is answered.
  func setOpen(_ isOpen: Bool, for writer: Int) {
    change(writer) { $0.isOpen = isOpen && !$0.isClosed }
  }

  /// Ends a writer.
  func close(_ writer: Int) {
    change(writer) {
      $0.isOpen = false
      $0.isClosed = true
    }
  }

  private func change(_ writer: Int, _ body: (inout Writer) -> Void) {
    var failed: [PendingWrite] = []
    let (woken, observers) = state.withLock { state in
      body(&state.writers[writer])
      if !state.isOpen { failed = state.order.withdrawAll() }
      return (state.writers[writer].sleeping.take(), state.observers)
    }
    woken?.resume()
    for write in failed { write.answer(.failure(Self.noConnection)) }
    for observer in observers { observer() }
  }
}
