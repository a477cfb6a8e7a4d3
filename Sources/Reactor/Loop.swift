/// A libuv loop on a thread of its own, and the actor whose executor that thread is.
///
/// What lives on the loop is reached through its ``EventLoop``, which is not `Sendable`: code that
/// holds one is on the loop's thread, so connections, calls and statements need no locks.
public actor Loop {
  nonisolated let executor: LoopExecutor
  private let eventLoop: EventLoop
  /// What the loop is called in logs.
  public nonisolated let name: String

  /// Makes a loop and starts its thread. It runs until ``stop()``.
  public init(name: String) throws(SystemError) {
    self.name = name
    executor = LoopExecutor()
    eventLoop = try EventLoop(executor: executor)
    eventLoop.loop = self
    try executor.startThread()
    // It runs here up to its first switch of executor: so the loop's first job is this one, and it
    // waits for no other thread.
    Task.immediate { await self.drive() }
  }

  /// The loop's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Runs `body` on the loop and returns what it returns: the one door from other threads.
  public func run<T: Sendable>(_ body: @Sendable (EventLoop) throws -> T) rethrows -> T {
    try body(eventLoop)
  }

  /// Runs `body`, which may suspend, on the loop and returns what it returns.
  public func run<T: Sendable>(_ body: @Sendable (EventLoop) async throws -> T) async rethrows -> T
  {
    try await body(eventLoop)
  }

  /// Makes a value on the loop that only the loop may use.
  public func bind<Value>(_ make: @Sendable (EventLoop) throws -> Value) rethrows
    -> LoopBound<Value>
  {
    LoopBound(try make(eventLoop), on: self)
  }

  /// Makes a value, with suspensions, on the loop that only the loop may use.
  public func bind<Value>(_ make: @Sendable (EventLoop) async throws -> Value) async rethrows
    -> LoopBound<Value>
  {
    LoopBound(try await make(eventLoop), on: self)
  }

  /// Ends the loop, and returns when its handles are closed: a process that exits earlier takes the
  /// libraries away from under them. Nothing may be asked of the loop after.
  public nonisolated func stop() async {
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    await beginStop { end.finish() }
    for await _ in ended {}
  }

  private func beginStop(_ ended: @escaping @Sendable () -> Void) { eventLoop.stop(ended) }

  /// The job that never ends until the loop does. Everything libuv calls back runs inside it, so
  /// the runtime knows at no cost that a callback is in this actor's isolation.
  private func drive() { eventLoop.run() }
}

/// A handle, good on any thread, to a value that only one loop may use.
///
/// `@unchecked Sendable`: the value is touched only inside ``run(_:)``, on the loop's thread.
public struct LoopBound<Value>: @unchecked Sendable {
  private let value: Value
  /// The loop that the value lives on.
  public let loop: Loop

  fileprivate init(_ value: Value, on loop: Loop) {
    self.value = value
    self.loop = loop
  }

  /// Runs `body` with the value on its loop and returns what it returns.
  public func run<T: Sendable>(_ body: @Sendable (Value) throws -> T) async rethrows -> T {
    try await loop.run { _ in try body(value) }
  }

  /// Runs `body`, which may suspend, with the value on its loop and returns what it returns.
  public func run<T: Sendable>(_ body: @Sendable (Value) async throws -> T) async rethrows -> T {
    try await loop.run { _ in try await body(value) }
  }

  /// Makes a value of this one, on its loop, that only the loop may use.
  public func bind<Other>(_ make: @Sendable (Value) throws -> Other) async rethrows
    -> LoopBound<Other>
  {
    try await loop.bind { _ in try make(value) }
  }
}
