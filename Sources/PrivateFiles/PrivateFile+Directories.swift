#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension PrivateFile {
  /// The names of what is in a directory, in their order.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let directory = opendir(path) else {
      throw FileError(operation: "read", path: path, code: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(operation: "read", path: path, code: errno) }
    return names.sorted()
  }

  /// How many bytes a file has; nil where there is none.
  public static func size(of path: String) throws(FileError) -> Int? {
    var status = stat()
    if stat(path, &status) == 0 { return Int(status.st_size) }
    if errno == ENOENT { return nil }
    throw FileError(operation: "read", path: path, code: errno)
  }

  /// Removes a file, if there is one.
  public static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw FileError(operation: "remove", path: path, code: errno)
    }
  }

  /// Removes a directory, which must be empty.
  public static func removeDirectory(_ path: String) throws(FileError) {
    guard rmdir(path) == 0 else {
      throw FileError(operation: "remove", path: path, code: errno)
    }
  }
}
