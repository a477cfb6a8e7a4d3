internal import PrivateFiles

/// Why there is no private Postgres; one line that tells the operator what to do.
public struct PostgresSupervisorError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  init(_ error: FileError) {
    self.init(error.description)
  }
}
