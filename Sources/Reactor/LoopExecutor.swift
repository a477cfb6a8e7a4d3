internal import CLibuv
internal import Synchronization

/// Runs an actor's jobs on one thread, between the callbacks of the libuv loop that runs there.
///
/// `@unchecked Sendable`: `local` and `drained` are touched only on the loop's thread, `wake` only
/// by `uv_async_send`, which libuv makes safe anywhere; the rest is atomic or behind the mutex.
final class LoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private struct Remote {
    var jobs: [UnownedJob] = []
    /// Nil before the libuv loop runs, and again after.
    var wake: WakeUp?
  }

  private let remote = Mutex(Remote())
  private var local: [UnownedJob] = []
  private let firstJob: UnsafeMutablePointer<uv_sem_t>
  private let thread = Atomic<UInt>(0)

  init() {
    firstJob = .allocate(capacity: 1)
    uv_sem_init(firstJob, 0)
  }

  deinit {
    uv_sem_destroy(firstJob)
    firstJob.deallocate()
  }

  func startThread() throws(SystemError) {
    var thread = uv_thread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    try SystemError.check(uv_thread_create(&thread, runLoopThread, context), "uv_thread_create")
  }

  /// The thread's whole life: it waits for the first job, which drives the loop, and runs it.
  fileprivate func runThread() {
    blockBrokenPipes()
    thread.store(currentThread(), ordering: .releasing)
    uv_sem_wait(firstJob)
    let drive = remote.withLock { $0.jobs.removeFirst() }
    drive.runSynchronously(
      isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }

  var isCurrent: Bool {
    currentThread() == thread.load(ordering: .acquiring)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      local.append(job)
      return
    }
    remote.withLock { remote in
      remote.jobs.append(job)
      if let wake = remote.wake { wake.send() } else { uv_sem_post(firstJob) }
    }
  }

  /// Runs the jobs that wait now, not those that they enqueue meanwhile, and returns whether there
  /// were any.
  func runJobs() -> Bool {
    var jobs = remote.withLock { remote in
      let jobs = remote.jobs
      if !jobs.isEmpty { remote.jobs = [] }
      return jobs
    }
    if jobs.isEmpty { swap(&jobs, &local) }
    if jobs.isEmpty { return false }
    for job in jobs {
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
    jobs.removeAll(keepingCapacity: true)
    // Keep the larger buffer for the next turn.
    if local.isEmpty && jobs.capacity > local.capacity { swap(&jobs, &local) }
    return true
  }

  /// From here on `wake` interrupts the poll when another thread enqueues a job; nil: no more.
  func wakes(by wake: UnsafeMutablePointer<uv_async_t>?) {
    let wake = wake.map { WakeUp(handle: $0) }
    remote.withLock { remote in
      remote.wake = wake
      if let wake, !remote.jobs.isEmpty { wake.send() }
    }
  }

  func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() { precondition(isCurrent, "not on the loop's thread") }

  func isIsolatingCurrentContext() -> Bool? { isCurrent }
}

/// What other threads may do to a `uv_async_t`.
///
/// `@unchecked Sendable`: `uv_async_send` is libuv's one call that is safe on any thread.
private struct WakeUp: @unchecked Sendable {
  let handle: UnsafeMutablePointer<uv_async_t>

  func send() { uv_async_send(handle) }
}

/// A number that tells this thread from every other that is alive.
private func currentThread() -> UInt {
  #if os(Linux)
    uv_thread_self()
  #else
    UInt(bitPattern: uv_thread_self())
  #endif
}

private func runLoopThread(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<LoopExecutor>.fromOpaque(context!).takeRetainedValue().runThread()
}
