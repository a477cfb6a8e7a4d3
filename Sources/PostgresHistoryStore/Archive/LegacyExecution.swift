internal import Crypto
internal import JSON
internal import Postgres
public import WorkflowHistory

/// A row of the service that this one replaces.
public struct LegacyExecution: Sendable {
  /// Why a row is no execution.
  public struct Refusal: Error, Equatable {
    /// Which column, and what is wrong with it.
    public let reason: String
  }

  /// Its key.
  public let id: String
  /// The execution that becomes of it, or why none can.
  public let archived: Result<ArchivedExecution, Refusal>

  /// The row of ``LegacyColumns/page(after:limit:)``.
  init(_ row: Row) throws(PostgresError) {
    id = try row.value(0)
    var fields = ExecutionFields()
    fields.workflowID = try row.value(1)
    fields.workflowType = try row.value(2)
    fields.userID = try row.value(3)
    let status: String? = try row.value(4)
    fields.errorMessage = try row.value(5)
    fields.startTime = try row.timestamp(6)
    fields.endTime = try row.timestamp(7)
    let createdAt = try row.timestamp(8)
    let updatedAt = try row.timestamp(9)
    fields.durationSeconds = try row.value(10)
    let documents: [String?] = try (11..<15).map { (column) throws(PostgresError) in
      try row.value(column)
    }
    archived = Result { [id] () throws(Refusal) in
      guard let createdAt else { throw Refusal(reason: "created_at: is NULL, or infinite") }
      fields.id = Self.id(of: id, createdAt: createdAt)
      fields.status = status.flatMap { WorkflowStatus(name: $0) }
      if let status, fields.status == nil {
        throw Refusal(reason: "status: \(status.debugDescription) is no status")
      }
      fields.inputData = try Self.document(documents[0], "input_data")
      fields.outputData = try Self.document(documents[1], "output_data")
      fields.taskResults = try Self.document(documents[2], "task_results")
      let metadata = try Self.document(documents[3], "execution_metadata")
      fields.executionMetadata = Self.metadata(metadata, oldID: id)
      return ArchivedExecution(fields: fields, updatedAt: updatedAt)
    }
  }

  /// A UUIDv7 of the time at which it was created, and the same for the same row each time: its random
  /// bits are of the old id's hash.
  static func id(of oldID: String, createdAt: Timestamp) -> ExecutionID {
    var generator = HashGenerator(oldID)
    return .make(at: createdAt, using: &generator)
  }

  /// The metadata with the old id in it; metadata that is no object is kept beside it.
  static func metadata(_ metadata: JSONDocument?, oldID: String) -> JSONDocument {
    var legacy = Array("\"legacy_id\": ".utf8)
    legacy.appendJSONString(oldID)
    guard let metadata, metadata.utf8 != Array("null".utf8) else {
      return JSONDocument(uncheckedUTF8: Array("{".utf8) + legacy + Array("}".utf8))
    }
    guard metadata.utf8.first == UInt8(ascii: "{") else {
      let other = Array(", \"legacy_execution_metadata\": ".utf8) + metadata.utf8
      return JSONDocument(uncheckedUTF8: Array("{".utf8) + legacy + other + Array("}".utf8))
    }
    // At the end: of a name that is there twice the last counts.
    let isEmpty = !metadata.utf8.contains(UInt8(ascii: "\""))
    let members = metadata.utf8.dropLast() + Array((isEmpty ? "" : ", ").utf8)
    return JSONDocument(uncheckedUTF8: members + legacy + Array("}".utf8))
  }

  private static func document(_ text: String?, _ name: String) throws(Refusal) -> JSONDocument? {
    let trimmed = text.map { Array($0.utf8).trimmingSpace } ?? []
    if trimmed.isEmpty { return nil }
    do throws(JSONError) { return try JSONDocument(checking: trimmed) } catch {
      throw Refusal(reason: "\(name): is not a JSON document that can be kept: \(error)")
    }
  }
}

extension [UInt8] {
  /// The text without the white space of JSON at its ends.
  fileprivate var trimmingSpace: [UInt8] {
    let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    guard let first = firstIndex(where: { !space.contains($0) }),
      let last = lastIndex(where: { !space.contains($0) })
    else { return [] }
    return Array(self[first...last])
  }
}

/// Numbers that are a text's hash.
private struct HashGenerator: RandomNumberGenerator {
  private var hash: [UInt8]

  init(_ text: String) { hash = Array(SHA256.hash(data: Array(text.utf8))) }

  mutating func next() -> UInt64 {
    defer { hash = Array(SHA256.hash(data: hash)) }
    return hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
