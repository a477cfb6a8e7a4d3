internal import JSON
public import WorkflowHistory

/// Writes archived executions as the bytes of a file. The same executions are the same bytes.
public struct ArchiveEncoder: Sendable {
  private let format: ArchiveFormat

  /// Writes a format.
  public init(_ format: ArchiveFormat) { self.format = format }

  /// What the file begins with.
  public var header: [UInt8] {
    switch format {
    case .ndjson: []
    case .csv: Array((ArchiveField.all.map(\.name).joined(separator: ",") + "\n").utf8)
    }
  }

  /// Appends an execution.
  public func append(_ archived: ArchivedExecution, to bytes: inout [UInt8]) {
    switch format {
    case .ndjson: Self.appendJSON(archived, to: &bytes)
    case .csv: Self.appendCSV(archived, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func appendJSON(_ archived: ArchivedExecution, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for field in ArchiveField.all {
      guard let value = field.value(archived) else { continue }
      bytes.append(contentsOf: (isFirst ? "\"" : ",\"").utf8)
      bytes.append(contentsOf: field.name.utf8)
      bytes.append(contentsOf: "\":".utf8)
      switch field.kind {
      case .text: bytes.appendJSONString(value[...])
      case .number, .document: bytes.append(contentsOf: value)
      }
      isFirst = false
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func appendCSV(_ archived: ArchivedExecution, to bytes: inout [UInt8]) {
    for (index, field) in ArchiveField.all.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      guard let value = field.value(archived) else { continue }
      CSV.append(value, to: &bytes)
    }
  }
}
