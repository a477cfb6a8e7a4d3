internal import PrivateFiles

/// Why there is no private Postgres; one line that tells the operator what to do.
public struct PostgresSupervisorError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  /// Does something with files; what the system refuses is thrown as this error.
  static func translating<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(PostgresSupervisorError) -> Result {
    do { return try body() } catch { throw PostgresSupervisorError(error.description) }
  }
}
