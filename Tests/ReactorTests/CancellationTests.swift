import Testing

@testable import Reactor

@Suite("Cancellation on a loop")
struct CancellationTests {
  /// Suspends until the task is cancelled, and says what happened meanwhile.
  private func suspend(on eventLoop: EventLoop, _ steps: Box<[String]>) async {
    let waiting = Box<CheckedContinuation<Void, Never>?>(nil)
    let isCancelled = Box(false)
    await eventLoop.withCancellableContinuation {
      steps.value.append(eventLoop.isCurrent ? "cancelled" : "cancelled off the loop")
      isCancelled.value = true
      waiting.value.take()?.resume()
    } _: { continuation in
      steps.value.append(eventLoop.isCurrent ? "body" : "body off the loop")
      if isCancelled.value { continuation.resume() } else { waiting.value = continuation }
    }
    steps.value.append(eventLoop.isCurrent ? "end" : "end off the loop")
  }

  @Test("tells of it before the cancelling returns, where that is on the loop")
  func onLoop() async throws {
    let loop = try Loop(name: "test")
    let steps = await loop.run { eventLoop in
      let steps = Box<[String]>([])
      let task = eventLoop.start { await self.suspend(on: eventLoop, steps) }
      while steps.value.isEmpty { await eventLoop.sleep(for: .zero) }
      task.cancel()
      steps.value.append("returned")
      await task.wait()
      return steps.value
    }
    #expect(steps == ["body", "cancelled", "returned", "end"])
    await loop.stop()
  }

  @Test("tells of it on the loop, where it is cancelled on another thread")
  func offLoop() async throws {
    let loop = try Loop(name: "test")
    let (suspended, hasSuspended) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      await loop.run { eventLoop in
        let steps = Box<[String]>([])
        eventLoop.start {
          while steps.value.isEmpty { await eventLoop.sleep(for: .zero) }
          hasSuspended.finish()
        }
        await self.suspend(on: eventLoop, steps)
        return steps.value
      }
    }
    for await _ in suspended {}
    task.cancel()
    let steps = await task.value
    #expect(steps == ["body", "cancelled", "end"])
    await loop.stop()
  }

  @Test("tells of it before the body, in a task that was cancelled before")
  func before() async throws {
    let loop = try Loop(name: "test")
    let steps = await loop.run { eventLoop in
      let steps = Box<[String]>([])
      let task = eventLoop.start { await self.suspend(on: eventLoop, steps) }
      task.cancel()
      await task.wait()
      return steps.value
    }
    #expect(steps == ["cancelled", "body", "end"])
    await loop.stop()
  }

  @Test("a callback that another thread calls runs on the loop")
  func callback() async throws {
    let loop = try Loop(name: "test")
    let wasOnLoop = await loop.run { eventLoop in
      await withCheckedContinuation { done in
        let callback = eventLoop.callback { done.resume(returning: eventLoop.isCurrent) }
        Task.detached { callback() }
      }
    }
    #expect(wasOnLoop)
    await loop.stop()
  }
}
