internal import Postgres
internal import WorkflowHistory

/// The columns of `workflow_executions` in the order in which they are read and written.
enum ExecutionColumns {
  /// Those that every answer has.
  static let plain = [
    "id", "workflow_id", "workflow_type", "user_id", "status", "error_message", "start_time",
    "end_time", "duration_seconds", "version", "created_at", "updated_at", "sealed_with",
  ]
  /// Where among them it says how a row is sealed.
  static let sealedWith = 12
  /// The JSON documents.
  static let documents = ["input_data", "output_data", "task_results", "execution_metadata"]
  /// The same, NULL where they are sealed.
  static let plainDocuments = documents.enumerated().map { index, name in
    index < WorkflowExecution.sealedDocuments
      ? "CASE WHEN sealed_with IS NULL THEN \(name) END" : name
  }
  /// Both.
  static let all = plain + documents
  /// About how many bytes a row has once it is rendered (`bigint`): its texts and documents, and 256
  /// for all else. What is sealed is about a quarter shorter in the answer.
  static let renderedSize: String = {
    func size(_ column: String) -> String { "coalesce(octet_length(\(column)::text), 0)" }
    let plain =
      ["workflow_id", "workflow_type", "user_id"]
      + documents.dropFirst(WorkflowExecution.sealedDocuments)
    let sealed = ["error_message"] + documents.prefix(WorkflowExecution.sealedDocuments)
    let quarters = "CASE WHEN sealed_with IS NULL THEN 4 ELSE 3 END"
    return "(256 + \(plain.map(size).joined(separator: " + "))"
      + " + (\(sealed.map(size).joined(separator: " + "))) * \(quarters) / 4)::bigint"
  }()
  /// Both, and their types.
  static let types: [DataType] = [
    .uuid, .text, .text, .text, .int2, .text, .timestamptz, .timestamptz, .float8, .int4,
    .timestamptz, .timestamptz, .text, .jsonb, .jsonb, .jsonb, .jsonb,
  ]
}

extension WorkflowExecution {
  /// The execution in a row, whose first column is the `offset`-th.
  ///
  /// - Parameter hasHeartbeat: whether ``Heartbeats/isAbandoned(in:)`` is behind the columns.
  /// - Throws: `PostgresError`; ``HistoryError`` where it is sealed and does not open.
  init(
    _ row: Row, from offset: Int = 0, hasDocuments: Bool = true, hasHeartbeat: Bool = false,
    sealing: PayloadSealing?
  ) throws {
    var execution = try WorkflowExecution(asStored: row, from: offset)
    let columns = hasDocuments ? ExecutionColumns.all : ExecutionColumns.plain
    if hasHeartbeat { try execution.setAbandoned(row, offset + columns.count) }
    if hasDocuments { try execution.setDocuments(row, from: offset + ExecutionColumns.plain.count) }
    let keyID: String? = try row.value(offset + ExecutionColumns.sealedWith)
    let seal = try sealing.seal(of: execution.id, under: keyID)
    self = try seal.map { try execution.opened(with: $0) } ?? execution
  }

  /// The same without documents, sealed where it is.
  private init(asStored row: Row, from offset: Int) throws(PostgresError) {
    self.init(
      id: ExecutionID(uuid: try row.value(offset)), workflowID: try row.value(offset + 1),
      workflowType: try row.value(offset + 2), userID: try row.value(offset + 3),
      status: try row.status(offset + 4),
      inputData: nil, outputData: nil, taskResults: nil,
      errorMessage: try row.value(offset + 5),
      startTime: try row.timestamp(offset + 6), endTime: try row.timestamp(offset + 7),
      durationSeconds: try row.value(offset + 8), executionMetadata: nil,
      version: try row.value(offset + 9),
      createdAt: Timestamp(try row.value(offset + 10)),
      updatedAt: Timestamp(try row.value(offset + 11)))
  }

  /// Takes the documents from a row, where the first of them is the `offset`-th column.
  mutating func setDocuments(_ row: Row, from offset: Int) throws(PostgresError) {
    inputData = try row.document(offset)
    outputData = try row.document(offset + 1)
    taskResults = try row.document(offset + 2)
    executionMetadata = try row.document(offset + 3)
  }

  /// Takes from a column what ``Heartbeats/isAbandoned(in:)`` says.
  mutating func setAbandoned(_ row: Row, _ column: Int) throws(PostgresError) {
    isAbandoned = try row.value(column, as: Bool?.self) ?? false
  }

  /// The values of ``ExecutionColumns/all``, of an execution that is sealed under a key, or plain.
  func parameters(sealedWith keyID: String?) -> [Parameter] {
    [
      id.parameter, .text(workflowID), .text(workflowType), .text(userID), .int2(status.rawValue),
      .text(errorMessage), .timestamptz(startTime?.microseconds),
      .timestamptz(endTime?.microseconds), .float8(durationSeconds), .int4(version),
      .timestamptz(createdAt.microseconds), .timestamptz(updatedAt.microseconds), .text(keyID),
      .jsonb(inputData?.utf8), .jsonb(outputData?.utf8), .jsonb(taskResults?.utf8),
      .jsonb(executionMetadata?.utf8),
    ]
  }
}

extension WorkflowExecution {
  /// What its error has in common with others.
  var errorFingerprint: String? { errorMessage.map { ErrorFingerprint.fingerprint(of: $0) } }
}

extension QueryResult {
  /// The rows by the id in their first column.
  func rowsByID() throws(PostgresError) -> [ExecutionID: Row] {
    var rows: [ExecutionID: Row] = [:]
    for index in 0..<count { rows[ExecutionID(uuid: try self[index].value(0))] = self[index] }
    return rows
  }
}

extension Row {
  func timestamp(_ column: Int) throws(PostgresError) -> Timestamp? {
    try value(column, as: TimestampValue?.self).map { Timestamp($0) }
  }

  func document(_ column: Int) throws(PostgresError) -> JSONDocument? {
    try value(column, as: JSONText?.self).map { JSONDocument(uncheckedUTF8: $0.utf8) }
  }
}

extension Timestamp {
  init(_ value: TimestampValue) { self.init(microseconds: value.microseconds) }
}

extension ExecutionID {
  init(uuid value: UUIDValue) { self.init(high: value.high, low: value.low) }

  var parameter: Parameter { .uuid(high, low) }

  /// The 16 bytes.
  var bytes: [UInt8] {
    [high, low].flatMap { word in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  /// The id whose 16 bytes these are.
  init(bytes: some Collection<UInt8>) {
    func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(high: word(bytes.prefix(8)), low: word(bytes.dropFirst(8)))
  }

  /// The ids whose bytes these are, one after the other.
  static func ids(in bytes: [UInt8]) -> [ExecutionID] {
    stride(from: 0, to: bytes.count - 15, by: 16).map { ExecutionID(bytes: bytes[$0..<$0 + 16]) }
  }

  /// The next id in order; the last is its own successor.
  var successor: ExecutionID {
    let (next, overflow) = low.addingReportingOverflow(1)
    guard overflow else { return ExecutionID(high: high, low: next) }
    return high == .max ? self : ExecutionID(high: high + 1, low: 0)
  }
}
