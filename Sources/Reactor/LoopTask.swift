/// An operation that runs on a loop.
///
/// Not `Sendable`: only the loop may cancel it, or wait for it.
public final class LoopTask {
  /// Nil from when it begins.
  private var operation: (() async -> Void)?
  /// What runs it, while it runs.
  private var worker: Worker?
  private var isCancelled = false
  private var hasEnded = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ operation: @escaping () async -> Void) { self.operation = operation }

  /// Asks the operation to end early.
  public func cancel() {
    isCancelled = true
    worker?.cancel()
  }

  /// Waits for the operation to end.
  public func wait() async {
    await withCheckedContinuation { continuation in
      if hasEnded { continuation.resume() } else { waiting.append(continuation) }
    }
  }

  /// What is to be run, which the task does not keep.
  fileprivate func begin(by worker: Worker) -> (() async -> Void)? {
    defer { operation = nil }
    self.worker = worker
    if isCancelled { worker.cancel() }
    return operation
  }

  fileprivate func end() {
    worker = nil
    hasEnded = true
    if waiting.isEmpty { return }
    for waiting in waiting { waiting.resume() }
    waiting = []
  }
}

/// What runs the operations of one loop: tasks, each of which goes on with the next operation when
/// one has ended. A task, and its every suspension, costs more than many an operation; and one task
/// runs all those that do not suspend.
final class Workers {
  private var ready: [LoopTask] = []
  /// The operations before it have begun.
  private var next = 0
  private var idle: [Worker] = []
  private var isClosed = false

  /// How many workers may wait for an operation.
  private static let maxIdle = 256

  /// Whether operations wait for a worker.
  var hasWork: Bool { next < ready.count }

  func add(_ task: LoopTask) { ready.append(task) }

  /// Wakes a worker, which `makeTask` makes a task for if none waits. It takes up the operations in
  /// their order until one suspends.
  func wake(_ makeTask: (Worker) -> Task<Void, Never>) {
    if let worker = idle.popLast() { return worker.resume() }
    let worker = Worker(of: self)
    worker.task = makeTask(worker)
  }

  fileprivate func takeNext() -> LoopTask? {
    guard hasWork else { return nil }
    let task = ready[next]
    next += 1
    if next == ready.count {
      ready.removeAll(keepingCapacity: true)
      next = 0
    }
    return task
  }

  fileprivate func takeBack(_ worker: Worker) -> Bool {
    guard !isClosed, idle.count < Self.maxIdle else { return false }
    idle.append(worker)
    return true
  }

  /// Ends the workers that wait, and each of the others when its operation has ended.
  func close() {
    isClosed = true
    for worker in idle { worker.end() }
    idle = []
  }
}

/// A task that runs operations, one after another.
final class Worker {
  fileprivate var task: Task<Void, Never>?
  private let workers: Workers
  private var waiting: UnsafeContinuation<Void, Never>?
  private var isCancelled = false
  private var isEnding = false

  fileprivate init(of workers: Workers) { self.workers = workers }

  /// The task's whole life.
  func run() async {
    repeat {
      while !isCancelled, let next = workers.takeNext() {
        await next.begin(by: self)?()
        next.end()
      }
      // A task stays cancelled, so the next operation needs another.
      if isCancelled { break }
      await withUnsafeContinuation { continuation in
        if workers.takeBack(self) { return waiting = continuation }
        isEnding = true
        continuation.resume()
      }
    } while !isEnding || workers.hasWork
    task = nil
  }

  fileprivate func resume() {
    let waiting = waiting
    self.waiting = nil
    waiting?.resume()
  }

  fileprivate func end() {
    isEnding = true
    resume()
  }

  fileprivate func cancel() {
    isCancelled = true
    task?.cancel()
  }
}
