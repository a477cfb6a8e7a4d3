internal import CLibuv

/// Calls back when the process is sent a signal.
public final class SignalWatch: HandleOwner {
  private let body: () -> Void

  fileprivate init(on eventLoop: EventLoop, signal: Int32, _ body: @escaping () -> Void)
    throws(SystemError)
  {
    self.body = body
    try super.init(uv_signal_t.self) { handle throws(SystemError) in
      try SystemError.check(uv_signal_init(eventLoop.uv, handle), "uv_signal_init")
    }
    let handle = raw.assumingMemoryBound(to: uv_signal_t.self)
    let code = uv_signal_start(
      handle, { handle, _ in HandleOwner.of(handle, as: SignalWatch.self).body() }, signal)
    if code < 0 {
      close()
      throw SystemError(code: code, call: "uv_signal_start")
    }
  }
}

extension EventLoop {
  /// Calls `body` each time that the process is sent `signal`, instead of what it would do.
  public func onSignal(_ signal: Int32, _ body: @escaping () -> Void) throws(SystemError)
    -> SignalWatch
  {
    try SignalWatch(on: self, signal: signal, body)
  }
}
