import Foundation
import Synchronization

/// Runs `body` on as many threads as are asked for, which all start together, and gives what each
/// came to.
public func atOnce<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
  let results = Results<Value>()
  let starting = DispatchGroup()
  let running = DispatchGroup()
  for _ in 0..<count {
    starting.enter()
    running.enter()
  }
  for number in 0..<count {
    Thread.detachNewThread {
      starting.leave()
      starting.wait()
      let result = Result { try body(number) }
      results.stored.withLock { $0.append(result) }
      running.leave()
    }
  }
  running.wait()
  return try results.stored.withLock(\.self).map { try $0.get() }
}

private final class Results<Value: Sendable>: Sendable {
  let stored = Mutex<[Result<Value, any Error>]>([])
}
