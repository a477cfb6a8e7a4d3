#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file operation that the system refused.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as a verb: "read", "write", "lock".
  public var operation: String
  /// The file or directory it was tried on.
  public var path: String
  /// The system's error number.
  public var code: Int32

  /// Records a refusal.
  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// One line for a person: what, where, and the system's reason.
  public var description: String {
    "can't \(operation) \(path): \(String(cString: strerror(code)))"
  }
}
