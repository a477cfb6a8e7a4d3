internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The socket at which whoever supervises this process wants to hear how it is, by the protocol of
/// sd_notify(3): systemd, or a container's supervisor that took it over.
public struct NotifySocket: Sendable {
  /// What there is to hear.
  public enum State: String, Sendable {
    /// It does what it was started for.
    case ready = "READY=1"
    /// It is about to end, and will by itself.
    case stopping = "STOPPING=1"
  }

  private let name: String

  /// The one that `NOTIFY_SOCKET` names, as a path or, with `@` before it, in the abstract namespace
  /// of Linux; nil where nobody asks.
  public init?(environment: [String: String]) {
    guard let name = environment["NOTIFY_SOCKET"], !name.isEmpty else { return nil }
    self.name = name
  }

  /// Tells of a state.
  ///
  /// Waits while the receiver has much to read: for a message that is lost it would wait in vain.
  ///
  /// - Parameter status: one line for people, such as `systemctl status` shows.
  /// - Throws: the system's refusal, also where the socket is of a kind that is not known here.
  public func tell(_ state: State, status: String) throws(SystemError) {
    guard name.hasPrefix("/") || name.hasPrefix("@") else {
      throw SystemError(code: EAFNOSUPPORT, call: "telling NOTIFY_SOCKET \(name)")
    }
    #if canImport(Glibc)
      let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_DGRAM
    #endif
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw SystemError(code: errno, call: "socket") }
    defer { _ = systemClose(descriptor) }
    let message = Array("\(state.rawValue)\nSTATUS=\(status)\n".utf8)
    let code = try withUnixAddress(name, isAbstract: name.hasPrefix("@")) { address, length in
      while sendto(descriptor, message, message.count, 0, address, length) < 0 {
        if errno != EINTR { return errno }
      }
      return 0
    }
    guard code == 0 else { throw SystemError(code: code, call: "telling NOTIFY_SOCKET \(name)") }
  }
}
