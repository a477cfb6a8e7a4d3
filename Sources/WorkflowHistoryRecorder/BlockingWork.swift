internal import Dispatch

/// A thread for what blocks it: the disk.
struct BlockingWork: Sendable {
  private let queue = DispatchQueue(label: "workflow-history-spool")

  /// Runs `body` there, after what came before.
  func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
  }
}
