#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// An advisory lock (flock) on a file, which the system drops when the process dies, however it
/// dies. It is closed on exec, so that no child keeps it.
public final class FileLock: Sendable {
  /// How a lock is held.
  public enum Mode: Sendable {
    /// Beside other shared holders.
    case shared
    /// Alone.
    case exclusive
  }

  private let path: String
  /// The open file, for a child process that is to hold the lock too. Such a lock is dropped when
  /// the last of the holders is gone; `unlock` would take it from all of them.
  public let descriptor: Int32

  /// Opens the lock's file, made when missing, without locking it.
  public init(path: String) throws(FileError) {
    self.path = path
    descriptor = retrying { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { throw FileError(operation: "lock", path: path, code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Takes the lock, or changes how it is held, if that needs no waiting.
  /// - Returns: whether it is now held as asked. After a refused change it may be held not at all:
  ///   flock changes a lock by dropping it first.
  public func tryLock(_ mode: Mode) throws(FileError) -> Bool {
    if retrying({ flock(descriptor, operation(mode) | LOCK_NB) }) == 0 { return true }
    if errno == EWOULDBLOCK { return false }
    throw FileError(operation: "lock", path: path, code: errno)
  }

  /// Takes the lock, blocking the thread until it is free.
  public func lock(_ mode: Mode) throws(FileError) {
    guard retrying({ flock(descriptor, operation(mode)) }) == 0 else {
      throw FileError(operation: "lock", path: path, code: errno)
    }
  }

  /// Gives the lock up; the file stays, since another may be waiting on it.
  public func unlock() {
    _ = flock(descriptor, LOCK_UN)
  }

  private func operation(_ mode: Mode) -> Int32 {
    switch mode {
    case .shared: LOCK_SH
    case .exclusive: LOCK_EX
    }
  }
}
