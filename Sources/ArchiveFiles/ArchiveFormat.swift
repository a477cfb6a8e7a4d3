/// How archived executions stand in a file.
public enum ArchiveFormat: String, CaseIterable, Sendable {
  /// A JSON object on each line (https://github.com/ndjson/ndjson-spec), whose documents are JSON values.
  case ndjson
  /// RFC 4180, under a line with the names of the columns. Documents are JSON texts, and what is absent is
  /// empty.
  case csv
}

/// Why something in a file is not read.
public struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
  /// On which line of the file it begins, from 1.
  public var line: Int
  /// What is wrong there, and where it is known, with which field.
  public var description: String

  /// An error on a line.
  public init(line: Int, _ description: String) {
    self.line = line
    self.description = description
  }
}
