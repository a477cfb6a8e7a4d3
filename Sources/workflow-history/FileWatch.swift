import PrivateFiles
import Reactor

/// Tells when files change: looks at them every two seconds, and on SIGHUP.
final class FileWatch {
  private let paths: [String]
  private let changed: () async -> Void
  private var signatures: [FileSignature?]
  private var isAtIt = false

  private static let interval = Duration.seconds(2)

  /// Watches for as long as the loop runs. `changed` runs at most once at a time; on SIGHUP also where
  /// nothing has changed.
  init(_ paths: [String], on eventLoop: EventLoop, changed: @escaping () async -> Void) {
    self.paths = paths
    self.changed = changed
    signatures = paths.map { FileSignature(path: $0) }
    // The loop keeps the timer and the watch.
    _ = eventLoop.timer(after: Self.interval, repeating: Self.interval) { [self] in
      look(isAsked: false, on: eventLoop)
    }
    _ = try? eventLoop.onSignal(hangUpSignal) { [self] in look(isAsked: true, on: eventLoop) }
  }

  private func look(isAsked: Bool, on eventLoop: EventLoop) {
    guard !isAtIt else { return }
    let latest = paths.map { FileSignature(path: $0) }
    guard isAsked || latest != signatures else { return }
    // What is written while it is read is seen the next time.
    signatures = latest
    isAtIt = true
    eventLoop.start {
      await self.changed()
      self.isAtIt = false
    }
  }
}
