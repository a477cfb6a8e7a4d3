internal import Reactor

/// The requests of a loop that read resources. They are served one at a time, and between two of them the
/// loop does what else there is to do: who asks for many would have all calls wait for them otherwise.
final class ResourceQueue {
  private let eventLoop: EventLoop
  private var waiting: [() -> Void] = []
  private var isServing = false

  init(on eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Has `serve` called when it is its turn.
  func add(_ serve: @escaping () -> Void) {
    waiting.append(serve)
    guard !isServing else { return }
    isServing = true
    eventLoop.start { await self.serveAll() }
  }

  private func serveAll() async {
    while !waiting.isEmpty {
      let next = waiting
      waiting = []
      for serve in next {
        serve()
        await eventLoop.yield()
      }
    }
    isServing = false
  }
}
