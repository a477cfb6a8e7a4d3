internal import Reactor
internal import Synchronization

/// Reads the executions that are to be saved into their feed, for as long as an iterator holds it.
final class SourceReader {
  private let task: Task<Void, Never>
  private let thrown = Thrown()

  private final class Thrown: Sendable {
    let error = Mutex<(any Error)?>(nil)
  }

  init(
    _ source: @escaping SaveOutcomes.Source, into feed: LoopBound<SaveFeed>, _ link: ClientLink
  ) {
    task = Task { [thrown] in
      do {
        try await source { execution in
          let isTaken = try? await link.run(feed) { await $0.take(execution) }
          return isTaken ?? false
        }
      } catch {
        thrown.error.withLock { $0 = error }
      }
      try? await link.run(feed) { $0.finish() }
    }
  }

  deinit { task.cancel() }

  /// Throws what the executions have thrown.
  func check() throws {
    if let error = thrown.error.withLock(\.self) { throw error }
  }
}
