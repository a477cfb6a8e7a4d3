import PrivateFiles
import Reactor

/// Files as they were when somebody was about to read them.
struct SeenFiles: Sendable {
  let paths: [String]
  private(set) var signatures: [FileSignature?]

  init(_ paths: [String]) {
    self.paths = paths
    signatures = paths.map { FileSignature(path: $0) }
  }

  /// Looks again; whether any is another one, or was written since.
  mutating func look() -> Bool {
    let before = signatures
    signatures = paths.map { FileSignature(path: $0) }
    return signatures != before
  }
}

/// Tells when files change: looks at them every two seconds, and on SIGHUP.
final class FileWatch {
  private var files: SeenFiles
  private let eventLoop: EventLoop
  private let changed: () async -> Void
  private var isAtIt = false
  /// Whether there was a SIGHUP while it was at it.
  private var isAskedAgain = false

  private static let interval = Duration.seconds(2)

  /// Watches for as long as the loop runs.
  ///
  /// - Parameters:
  ///   - files: seen before they were read, so that no change falls in between.
  ///   - changed: runs once at a time; on SIGHUP also where nothing has changed.
  init(_ files: SeenFiles, on eventLoop: EventLoop, changed: @escaping () async -> Void) {
    self.files = files
    self.eventLoop = eventLoop
    self.changed = changed
    // The loop keeps the timer and the watch.
    if !files.paths.isEmpty {
      _ = eventLoop.timer(after: Self.interval, repeating: Self.interval) { [self] in
        look(isAsked: false)
      }
    }
    _ = try? eventLoop.onSignal(hangUpSignal) { [self] in look(isAsked: true) }
  }

  private func look(isAsked: Bool) {
    guard !isAtIt else {
      isAskedAgain = isAskedAgain || isAsked
      return
    }
    // What is written while it is read is seen the next time.
    guard files.look() || isAsked else { return }
    isAtIt = true
    eventLoop.start {
      await self.changed()
      self.isAtIt = false
      guard self.isAskedAgain else { return }
      self.isAskedAgain = false
      self.look(isAsked: true)
    }
  }
}
