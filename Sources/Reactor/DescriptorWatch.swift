internal import CLibuv

/// What a descriptor is, or should be, ready for.
public struct Readiness: OptionSet, Sendable {
  /// libuv's bits.
  public let rawValue: Int32
  /// From libuv's bits.
  public init(rawValue: Int32) { self.rawValue = rawValue }
  /// Bytes, a connection, or the end of the stream can be read.
  public static let readable = Readiness(rawValue: Int32(UV_READABLE.rawValue))
  /// Bytes can be written.
  public static let writable = Readiness(rawValue: Int32(UV_WRITABLE.rawValue))
}

/// Tells when a descriptor that somebody else owns is ready. Close it before the descriptor.
public final class DescriptorWatch: HandleOwner {
  private let ready: (Readiness) -> Void

  /// What is waited for. Nothing at first.
  public var interest: Readiness = [] {
    didSet {
      guard interest != oldValue, !isClosing else { return }
      let poll = raw.assumingMemoryBound(to: uv_poll_t.self)
      guard !interest.isEmpty else {
        uv_poll_stop(poll)
        return
      }
      start(poll)
    }
  }

  private func start(_ poll: UnsafeMutablePointer<uv_poll_t>) {
    uv_poll_start(poll, interest.rawValue) { poll, status, events in
      let watch = HandleOwner.of(poll, as: DescriptorWatch.self)
      guard status < 0 else {
        watch.ready(Readiness(rawValue: events))
        return
      }
      // An error is for the owner to find when it reads or writes. It may find bytes first, that
      // came before the error; libuv has ceased to watch, and so would never tell of the error.
      watch.ready(watch.interest)
      guard !watch.isClosing, !watch.interest.isEmpty, let poll else { return }
      watch.start(poll)
    }
  }

  fileprivate init(
    on eventLoop: EventLoop, descriptor: Int32, _ ready: @escaping (Readiness) -> Void
  ) throws(SystemError) {
    eventLoop.assertIsolated()
    self.ready = ready
    try super.init(uv_poll_t.self) { poll throws(SystemError) in
      try SystemError.check(uv_poll_init(eventLoop.uv, poll, descriptor), "uv_poll_init")
    }
  }
}

extension EventLoop {
  /// Watches a descriptor; set the watch's interest to begin.
  public func watch(
    descriptor: Int32, _ ready: @escaping (Readiness) -> Void
  ) throws(SystemError) -> DescriptorWatch {
    try DescriptorWatch(on: self, descriptor: descriptor, ready)
  }
}
