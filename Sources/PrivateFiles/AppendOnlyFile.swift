#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Synchronization

/// A file that is only ever added to, by any number of threads and processes: each addition stands
/// there whole, behind what was there.
public final class AppendOnlyFile: Sendable {
  /// Where it is.
  public let path: String
  private let descriptor: Mutex<Int32>

  /// Opens the file, for its owner alone where it is made.
  /// - Parameter isNew: whether it must be made: a file that is there already is `EEXIST`.
  public init(path: String, isNew: Bool = false) throws(FileError) {
    self.path = path
    descriptor = Mutex(try Self.open(path, isNew ? O_EXCL : 0))
  }

  deinit { descriptor.withLock { _ = close($0) } }

  /// Adds bytes, which the system has when this returns: they outlive the process, and the machine as
  /// soon as it writes them to disk.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    // One write for all of it, which O_APPEND keeps together.
    let code = descriptor.withLock { descriptor -> Int32 in
      let count = bytes.withUnsafeBytes { buffer in
        retrying { write(descriptor, buffer.baseAddress, buffer.count) }
      }
      return count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
    }
    if code != 0 { throw FileError(operation: "write", path: path, code: code) }
  }

  /// Returns when all that was added before is on disk. The file's name is, once its directory is
  /// synced too.
  public func synchronize() throws(FileError) {
    // Of a descriptor of its own: nobody who adds something meanwhile waits for the disk.
    let copy = descriptor.withLock { fcntl($0, F_DUPFD_CLOEXEC, 0) }
    guard copy >= 0 else { throw FileError(operation: "sync", path: path, code: errno) }
    defer { close(copy) }
    guard retrying({ fsync(copy) }) == 0 else {
      throw FileError(operation: "sync", path: path, code: errno)
    }
  }

  /// Goes on in the file that is at the path now: the last one may have been renamed.
  public func reopen() throws(FileError) {
    let opened = try Self.open(path)
    descriptor.withLock { descriptor in
      _ = close(descriptor)
      descriptor = opened
    }
  }

  private static func open(_ path: String, _ flags: Int32 = 0) throws(FileError) -> Int32 {
    let flags = flags | O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC
    let descriptor = retrying { systemOpen(path, flags, 0o600) }
    guard descriptor >= 0 else { throw FileError(operation: "write", path: path, code: errno) }
    return descriptor
  }
}

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}
