#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Files and directories that hold secrets: written whole or not at all, and never readable by
/// others, not even for an instant.
public enum PrivateFile {
  /// Reads a whole file; nil when there is none. More than `limit` bytes is `EFBIG`.
  public static func read(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8]? {
    let file = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw FileError(operation: "read", path: path, code: errno)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = block.withUnsafeMutableBytes { buffer in
        retrying { platformRead(file, buffer.baseAddress, buffer.count) }
      }
      guard count >= 0 else { throw FileError(operation: "read", path: path, code: errno) }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else {
        throw FileError(operation: "read", path: path, code: EFBIG)
      }
      bytes += block[..<count]
    }
  }

  /// Writes a file in one step, by way of a temporary one beside it, and syncs it to disk.
  /// - Parameters:
  ///   - mode: the file's permission bits, from the moment it exists.
  ///   - replacing: whether a file that is already there gives way.
  /// - Returns: false when a file was there and `replacing` is false; that file is untouched.
  @discardableResult
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt16 = 0o600, replacing: Bool = true
  ) throws(FileError) -> Bool {
    var template = Array("\(path).XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw FileError(operation: "write", path: path, code: errno) }
    let temporary = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    var isRenamed = false
    defer {
      close(file)
      if !isRenamed { unlink(temporary) }
    }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { buffer in
        retrying { platformWrite(file, buffer.baseAddress, buffer.count) }
      }
      guard count > 0 else { throw FileError(operation: "write", path: path, code: errno) }
      written += count
    }
    guard fchmod(file, mode_t(mode)) == 0, fsync(file) == 0 else {
      throw FileError(operation: "write", path: path, code: errno)
    }
    if replacing {
      guard rename(temporary, path) == 0 else {
        throw FileError(operation: "write", path: path, code: errno)
      }
      isRenamed = true
    } else if link(temporary, path) != 0 {
      if errno == EEXIST { return false }
      throw FileError(operation: "write", path: path, code: errno)
    }
    try synchronize(directory: parent(of: path))
    return true
  }

  /// Makes a directory, and those above it that are missing, for its owner alone unless `mode`
  /// says otherwise. One that exists is left as it is.
  public static func makeDirectory(_ path: String, mode: UInt16 = 0o700) throws(FileError) {
    if mkdir(path, mode_t(mode)) == 0 { return }
    switch errno {
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(operation: "make the directory", path: path, code: ENOTDIR)
      }
    case ENOENT where parent(of: path) != path:
      try makeDirectory(parent(of: path), mode: mode)
      guard mkdir(path, mode_t(mode)) == 0 || errno == EEXIST else {
        throw FileError(operation: "make the directory", path: path, code: errno)
      }
    default: throw FileError(operation: "make the directory", path: path, code: errno)
    }
  }

  /// Makes the names in a directory durable, as a rename alone does not.
  public static func synchronize(directory path: String) throws(FileError) {
    let directory = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard directory >= 0 else { throw FileError(operation: "sync", path: path, code: errno) }
    defer { close(directory) }
    // Some file systems can't sync a directory and say EINVAL; they need none.
    guard fsync(directory) == 0 || errno == EINVAL else {
      throw FileError(operation: "sync", path: path, code: errno)
    }
  }

  /// The directory that holds `path`.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Calls again for as long as a signal interrupts the call.
func retrying<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

private func platformRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, bytes, count)
}

private func platformWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
