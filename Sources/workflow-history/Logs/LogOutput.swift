import Dispatch
import Logging
import Synchronization
import WorkflowHistory

/// Lines on their way to where they are read. They are written by a queue of its own, so that whoever logs
/// waits for nobody; where they are not taken, so many bytes wait, and of further lines only the number is
/// kept and told.
final class LogOutput: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    var omitted = 0
    var isWriting = false
  }

  /// The most bytes that wait.
  static let limit = 1 << 20

  private let style: LogLine.Style
  private let sink: @Sendable ([UInt8]) -> Void
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "workflow-history.log")

  /// - Parameter sink: writes bytes, and may take any time for it.
  init(style: LogLine.Style, sink: @escaping @Sendable ([UInt8]) -> Void) {
    self.style = style
    self.sink = sink
  }

  /// Writes the line soon.
  func write(_ line: LogLine) {
    let bytes = Array((line.rendered(style) + "\n").utf8)
    let begins = state.withLock { state in
      guard state.waiting.count + bytes.count <= Self.limit else {
        state.omitted += 1
        return false
      }
      state.waiting += bytes
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { queue.async { self.drain() } }
  }

  /// Waits until what was logged before is written, or nobody has taken it for so long.
  func flush(within time: DispatchTimeInterval) {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + time)
  }

  private func drain() {
    while let bytes = next() { sink(bytes) }
  }

  /// What is to be written next; nil where that is nothing.
  private func next() -> [UInt8]? {
    let (bytes, omitted) = state.withLock { state in
      defer { (state.waiting, state.omitted) = ([], 0) }
      state.isWriting = !state.waiting.isEmpty || state.omitted > 0
      return (state.waiting, state.omitted)
    }
    guard omitted > 0 else { return bytes.isEmpty ? nil : bytes }
    let note = LogLine(
      time: .now, level: .warning, logger: "workflow-history",
      message: "lines of the log are left out: they were not taken in time",
      metadata: ["count": "\(omitted)"])
    return bytes + Array((note.rendered(style) + "\n").utf8)
  }
}
