/// A socket that nobody serves yet, on its way between threads; closed if nobody takes it.
public struct OwnedSocket: ~Copyable, Sendable {
  let descriptor: Int32
  /// Whether it is a Unix socket rather than TCP.
  public let isUnix: Bool

  init(descriptor: Int32, isUnix: Bool) {
    self.descriptor = descriptor
    self.isUnix = isUnix
  }

  deinit { _ = systemClose(descriptor) }

  /// The descriptor, which is the caller's to close from now on.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }

  /// Closes it.
  public consuming func close() {}
}
