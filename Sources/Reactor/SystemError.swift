internal import CLibuv

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// The errno, positive.
  public let errno: Int32
  /// The call.
  public let call: String

  init(code: Int32, call: String) {
    errno = code < 0 ? -code : code
    self.call = call
  }

  /// The error in words: "bind: address already in use (EADDRINUSE)".
  public var description: String {
    let text = String(cString: uv_strerror(-errno))
    let name = String(cString: uv_err_name(-errno))
    return "\(call): \(text) (\(name))"
  }

  /// Whether the address is taken by another socket.
  public var isAddressInUse: Bool { errno == -UV_EADDRINUSE.rawValue }

  /// Throws where libuv's `code` is negative.
  static func check(_ code: Int32, _ call: String) throws(SystemError) {
    if code < 0 { throw SystemError(code: code, call: call) }
  }
}
