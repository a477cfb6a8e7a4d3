import Testing

@testable import Reactor

@Suite("A loop")
struct LoopTests {
  @Test("runs what it is given on its own thread, and returns the result")
  func runs() async throws {
    let loop = try Loop(name: "test")
    let sum = await loop.run { _ in (1...10).reduce(0, +) }
    #expect(sum == 55)
    await loop.stop()
  }

  @Test("starts a task when the turn's events have been handled, before the turn's end")
  func startsInTurn() async throws {
    let loop = try Loop(name: "test")
    let steps = await loop.run { eventLoop in
      let steps = Box<[String]>([])
      return await withCheckedContinuation { done in
        eventLoop.timer(after: .zero) {
          eventLoop.atTurnEnd { done.resume(returning: steps.value) }
          eventLoop.start { steps.value.append("task") }
          steps.value.append("event")
        }
      }
    }
    #expect(steps == ["event", "task"])
    await loop.stop()
  }

  @Test("keeps a task on its thread after it was suspended")
  func staysOnThread() async throws {
    let loop = try Loop(name: "test")
    let stayed = await loop.run { eventLoop in
      await withCheckedContinuation { done in
        eventLoop.start {
          for _ in 0..<3 { await eventLoop.sleep(for: .milliseconds(1)) }
          done.resume(returning: eventLoop.isCurrent)
        }
      }
    }
    #expect(stayed)
    await loop.stop()
  }

  @Test("wakes a task that sleeps when it is cancelled, before or after it went to sleep")
  func cancelledSleep() async throws {
    let loop = try Loop(name: "test")
    await loop.run { eventLoop in
      let steps = Box<[String]>([])
      let task = eventLoop.start {
        steps.value.append("sleeps")
        await eventLoop.sleep(for: .seconds(3_600))
        await eventLoop.sleep(for: .seconds(3_600))
        steps.value.append("wakes")
      }
      while steps.value.isEmpty { await Task.yield() }
      task.cancel()
      await task.wait()
      #expect(steps.value == ["sleeps", "wakes"])
    }
    await loop.stop()
  }

  @Test("fires a timer while a task does nothing but yield")
  func yields() async throws {
    let loop = try Loop(name: "test")
    await loop.run { eventLoop in
      let hasFired = Box(false)
      eventLoop.timer(after: .milliseconds(1)) { hasFired.value = true }
      while !hasFired.value { await eventLoop.yield() }
    }
    await loop.stop()
  }

  @Test("fires timers in the order of their times, and a cancelled one never")
  func timers() async throws {
    let loop = try Loop(name: "test")
    let fired = await loop.run { eventLoop in
      let fired = Box<[Int]>([])
      return await withCheckedContinuation { done in
        // Their times run from when each is made: far more lies between them than passes meanwhile.
        eventLoop.timer(after: .milliseconds(400)) { done.resume(returning: fired.value + [3]) }
        let cancelled = eventLoop.timer(after: .milliseconds(200)) { fired.value.append(2) }
        eventLoop.timer(after: .milliseconds(1)) {
          fired.value.append(1)
          cancelled.cancel()
        }
      }
    }
    #expect(fired == [1, 3])
    await loop.stop()
  }

  @Test("tells how long each turn took, without the wait for what began it")
  func turnTimes() async throws {
    let loop = try Loop(name: "test")
    let clock = ContinuousClock()
    let began = clock.now
    let turns = await loop.run { eventLoop in
      let turns = Box<[Duration]>([])
      eventLoop.observeTurns { turns.value.append(.nanoseconds($0)) }
      await eventLoop.sleep(for: .seconds(1))
      let busy = clock.now + .milliseconds(20)
      while clock.now < busy {}
      // The turn ends, and is told.
      await eventLoop.sleep(for: .milliseconds(1))
      return turns.value
    }
    #expect(turns.contains { $0 >= .milliseconds(20) })
    // The wait does not count; a busy machine may begin it late.
    #expect(turns.reduce(.zero, +) <= clock.now - began - .milliseconds(800))
    await loop.stop()
  }

  @Test("ends a turn once for many events")
  func turnEnds() async throws {
    let loop = try Loop(name: "test")
    let order = await loop.run { eventLoop in
      let order = Box<[String]>([])
      return await withCheckedContinuation { done in
        eventLoop.atTurnEnd { order.value.append("first end") }
        eventLoop.atTurnEnd { done.resume(returning: order.value + ["second end"]) }
        order.value.append("turn")
      }
    }
    #expect(order == ["turn", "first end", "second end"])
    await loop.stop()
  }
}

/// A value that closures on one loop share.
final class Box<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}

@Suite("The tasks of a loop")
struct LoopTaskTests {
  @Test("run operations that do not suspend in their order")
  func order() async throws {
    let loop = try Loop(name: "test")
    let steps = await loop.run { eventLoop in
      let steps = Box<[Int]>([])
      let tasks = (0..<100).map { number in
        eventLoop.start { steps.value.append(number) }
      }
      for task in tasks { await task.wait() }
      return steps.value
    }
    #expect(steps == Array(0..<100))
    await loop.stop()
  }

  @Test("begin an operation though others are suspended")
  func suspended() async throws {
    let loop = try Loop(name: "test")
    let begun = await loop.run { eventLoop in
      let begun = Box(0)
      let waiting = Box<[CheckedContinuation<Void, Never>]>([])
      let tasks = (0..<1_000).map { _ in
        eventLoop.start {
          begun.value += 1
          await withCheckedContinuation { waiting.value.append($0) }
        }
      }
      while begun.value < 1_000 { await eventLoop.sleep(for: .zero) }
      for continuation in waiting.value { continuation.resume() }
      for task in tasks { await task.wait() }
      return begun.value
    }
    #expect(begun == 1_000)
    await loop.stop()
  }

  @Test("cancel one operation, and none that comes after it or ran before")
  func cancelled() async throws {
    let loop = try Loop(name: "test")
    let wereCancelled = await loop.run { eventLoop in
      let wereCancelled = Box<[Bool]>([])
      let first = eventLoop.start { wereCancelled.value.append(Task.isCancelled) }
      await first.wait()
      let second = eventLoop.start {
        await eventLoop.sleep(for: .seconds(3_600))
        wereCancelled.value.append(Task.isCancelled)
      }
      // It is over, and its task may be the second's by now.
      await eventLoop.sleep(for: .zero)
      first.cancel()
      second.cancel()
      await second.wait()
      for _ in 0..<3 {
        await eventLoop.start { wereCancelled.value.append(Task.isCancelled) }.wait()
      }
      return wereCancelled.value
    }
    #expect(wereCancelled == [false, true, false, false, false])
    await loop.stop()
  }

  @Test("keep nothing of an operation that has ended")
  func released() async throws {
    let loop = try Loop(name: "test")
    let isGone = await loop.run { eventLoop in
      var object: Box<Int>? = Box(1)
      weak let watched = object
      let task = eventLoop.start { [object] in _ = object }
      object = nil
      await task.wait()
      await eventLoop.sleep(for: .zero)
      return watched == nil
    }
    #expect(isGone)
    await loop.stop()
  }
}
