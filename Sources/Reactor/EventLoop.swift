internal import CLibuv

/// What a loop offers to the code that runs on it: tasks, timers, turns, and the making of
/// streams, listeners and watches.
///
/// Not `Sendable`, and reached only through ``Loop``: whoever holds one is on the loop's thread.
public final class EventLoop {
  /// The actor whose isolation this code runs in.
  public internal(set) unowned var loop: Loop!
  let uv: UnsafeMutablePointer<uv_loop_t>
  /// Where every stream's bytes arrive; a stream's delegate reads them before the next read.
  let readBuffer: UnsafeMutableRawBufferPointer
  private let executor: LoopExecutor
  private let wake: UnsafeMutablePointer<uv_async_t>
  private let turn: UnsafeMutablePointer<uv_prepare_t>
  private var turnEnds: [() -> Void] = []
  private let workers = Workers()
  private var ended: (@Sendable () -> Void)?
  private var turnObserver: ((Int64) -> Void)?
  /// When the first event of this turn was handled, in nanoseconds; 0 while there was none.
  private var turnBegan: UInt64 = 0

  init(executor: LoopExecutor) throws(SystemError) {
    self.executor = executor
    uv = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    turn = .allocate(capacity: 1)
    readBuffer = .allocate(byteCount: 65_536, alignment: 16)
    try SystemError.check(uv_loop_init(uv), "uv_loop_init")
    uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    readBuffer.deallocate()
    uv.deallocate()
    wake.deallocate()
    turn.deallocate()
  }

  /// Starts a task in this loop's isolation; it begins when this turn's events have been handled.
  ///
  /// Write the closure without a capture list: as of Swift 6.3 a closure that has one does not run
  /// in its caller's isolation, and so not on the loop. A test of the architecture looks for them.
  @discardableResult
  public func start(_ operation: @escaping () async -> Void) -> LoopTask {
    assertIsolated()
    let task = LoopTask(operation)
    workers.add(task)
    return task
  }

  /// Calls `body` once, when the events of this turn have been handled and before the loop polls
  /// for more: the place for what is done once for many events, such as a flush.
  public func atTurnEnd(_ body: @escaping () -> Void) {
    assertIsolated()
    turnEnds.append(body)
  }

  /// In a debug build, ends the process where code got off its loop's thread.
  func assertIsolated() { assert(isCurrent, "off the loop") }

  /// Whether this code runs on the loop's thread.
  var isCurrent: Bool { executor.isCurrent }

  /// Monotonic time, as of the beginning of this turn, to the millisecond.
  public var now: Duration { .milliseconds(Int64(uv_now(uv))) }

  /// Runs the loop until ``stop()``.
  func run() {
    uv_async_init(uv, wake) { _ in }
    uv_prepare_init(uv, turn)
    turn.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_prepare_start(turn) { turn in
      Unmanaged<EventLoop>.fromOpaque(turn!.pointee.data).takeUnretainedValue().endTurn()
    }
    executor.wakes(by: wake)
    uv_run(uv, UV_RUN_DEFAULT)
    executor.wakes(by: nil)
    closeAll()
    ended?()
  }

  /// Ends ``run()``, and calls `ended` when all handles are closed.
  func stop(_ ended: @escaping @Sendable () -> Void) {
    self.ended = ended
    uv_stop(uv)
  }

  private func endTurn() {
    handlesEvent()
    runTasks()
    while !turnEnds.isEmpty {
      let ends = turnEnds
      turnEnds = []
      for end in ends { end() }
      runTasks()
    }
    guard let turnObserver else { return }
    turnObserver(Int64(uv_hrtime() - turnBegan))
    turnBegan = 0
  }

  /// Calls `observer` at the end of each turn with how many nanoseconds it took: from its first event to
  /// its last task, without the wait for events. Nothing else that the loop has to do is done meanwhile.
  public func observeTurns(_ observer: @escaping (Int64) -> Void) {
    assertIsolated()
    turnObserver = observer
    handlesEvent()
  }

  /// Notes when a turn begins.
  private func handlesEvent() {
    if turnObserver != nil, turnBegan == 0 { turnBegan = uv_hrtime() }
  }

  /// Notes that a handle has an event.
  static func handlesEvent(of handle: UnsafeMutableRawPointer) {
    let handle = handle.assumingMemoryBound(to: uv_handle_t.self)
    Unmanaged<EventLoop>.fromOpaque(handle.pointee.loop.pointee.data)
      ._withUnsafeGuaranteedRef { $0.handlesEvent() }
  }

  /// Runs all that can run now.
  private func runTasks() {
    while true {
      let hasRun = executor.runJobs()
      guard workers.hasWork else {
        if hasRun { continue }
        return
      }
      workers.wake { worker in
        // Unsafe only to the type checker: whoever holds an EventLoop is in its loop's isolation,
        // so the worker, and what its operations capture, never leave it.
        nonisolated(unsafe) let worker = worker
        return loop.assumeIsolated { $0.start(worker) }
      }
    }
  }

  /// Closes each handle as its owner would have, and frees the loop.
  private func closeAll() {
    uv_walk(
      uv,
      { handle, _ in
        guard let handle, uv_is_closing(handle) == 0 else { return }
        switch handle.pointee.type {
        case UV_ASYNC, UV_PREPARE: uv_close(handle, nil)
        default: HandleOwner.of(handle)?.close()
        }
      }, nil)
    while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
    runTasks()
    workers.close()
    runTasks()
    uv_loop_close(uv)
  }
}

extension Loop {
  /// A method of its own, and not a closure in `assumeIsolated`: only what stands in an isolated
  /// declaration hands its isolation on to the task.
  fileprivate func start(_ worker: sending Worker) -> Task<Void, Never> {
    // The preference is what brings the task straight back here when a continuation resumes it;
    // without it, it would come by way of the global pool.
    Task(executorPreference: executor) { await self.run(worker) }
  }

  /// What is called here runs in this actor's isolation, as its caller does not: the preference
  /// alone would bring it back to the loop by way of the queue at each suspension.
  private func run(_ worker: Worker) async { await worker.run() }
}
