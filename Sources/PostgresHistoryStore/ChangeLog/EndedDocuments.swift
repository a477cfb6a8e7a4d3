internal import PatternLearning
internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// What is read of an execution beside what the log says of it, as it is stored.
private struct EndedDocuments: Sendable {
  var workflowID: String
  var endTime: Timestamp?
  var keyID: String?
  var errorMessage: String?
  var inputData: JSONDocument?
  var taskResults: JSONDocument?
}

/// An observation, and when what it observes has ended.
private struct TimedObservation: Sendable {
  var endTime: Timestamp
  var observation: Observation
}

/// Reads the documents of executions that have ended, a few megabytes at a time, and makes observations
/// of them off the loop.
struct EndedDocumentReader {
  let sealing: PayloadSealing?
  let deadline: BiteDeadline
  /// Whether executions are left out that are sealed with a key that is not here.
  var leavesOutSealed = false

  /// About how many bytes of documents are read at once.
  private static let bytesAtOnce: Int64 = 4 << 20
  /// How many executions are asked for first: each may be as large as all that is read at once.
  private static let firstExecutions = 32
  private static let mostExecutions = 1000

  /// The observations of those that are there still, in the order in which they ended.
  ///
  /// - Throws: ``MissingPayloadKey`` where one is sealed with a key that is not here, and not left out.
  func observations(of ended: [EndedExecution], in transaction: Transaction) async throws
    -> [Observation]
  {
    var found: [TimedObservation] = []
    var rest = ended[...]
    var size = Self.firstExecutions
    while !rest.isEmpty {
      try deadline.check()
      let asked = Array(rest.prefix(size))
      let part = try await read(asked, in: transaction)
      let (sealing, pairs) = (sealing, part.pairs)
      let known = leavesOutSealed ? pairs.filter { sealing.hasKey($1.keyID) } : pairs
      found += try await offLoop { try known.map { try sealing.observation(of: $0, $1) } }
      rest = rest.dropFirst(part.read)
      size = part.read < asked.count ? max(part.read, 1) : min(size * 2, Self.mostExecutions)
    }
    return found.sorted {
      ($0.endTime, $0.observation.id) < ($1.endTime, $1.observation.id)
    }.map(\.observation)
  }

  /// Reads the first of these, as many as there is room for.
  private func read(_ asked: [EndedExecution], in transaction: Transaction) async throws
    -> (pairs: [(EndedExecution, EndedDocuments)], read: Int)
  {
    var ids = ArrayParameter(of: .uuid)
    var hasPseudonyms = ArrayParameter(of: .boolean)
    for execution in asked {
      ids.append(execution.id.parameter)
      hasPseudonyms.append(.boolean(execution.hasPseudonym))
    }
    let bounds = asked.map(\.id)
    let rows = try await transaction.query(
      Self.statement,
      [
        .array(ids), .textArray(asked.map(\.userID)),
        (bounds.min() ?? asked[0].id).parameter, (bounds.max() ?? asked[0].id).parameter,
        .int8(Self.bytesAtOnce), .array(hasPseudonyms),
      ])
    let pairs = try (0..<rows.count).map { index in
      let row = rows[index]
      return (
        asked[Int(try row.value(0, as: Int64.self)) - 1],
        EndedDocuments(
          workflowID: try row.value(2), endTime: try row.timestamp(3), keyID: try row.value(4),
          errorMessage: try row.value(5), inputData: try row.document(6),
          taskResults: try row.document(7))
      )
    }
    guard let last = rows.count > 0 ? rows[rows.count - 1] : nil,
      try last.value(1, as: Int64.self) > Int64(rows.count)
    else { return (pairs, asked.count) }
    return (pairs, Int(try last.value(0, as: Int64.self)))
  }

  /// The documents of the first executions that have so many bytes together, but of one at least, each
  /// with its place, and with how many there are.
  private static let statement: Statement = {
    let sizes = ["input_data::text", "task_results::text", "error_message"].map {
      "coalesce(octet_length(\($0)), 0)"
    }
    return Statement(
      "learning_documents",
      """
      SELECT position, executions, workflow_id, end_time, sealed_with, error_message, input_data,
        task_results
      FROM (
        SELECT *, row_number() OVER asked AS number, count(*) OVER () AS executions,
          sum(\(sizes.joined(separator: " + "))) OVER asked AS bytes
        FROM (
          SELECT asked.position, workflow_id, end_time, sealed_with, input_data, task_results,
            -- for its fingerprint, which the log does not have of what was sealed, though it be plain now
            CASE WHEN asked.has_pseudonym THEN error_message END AS error_message
          FROM unnest($1, $2, $6) WITH ORDINALITY AS asked (id, user_id, has_pseudonym, position)
          JOIN workflow_executions AS execution
            ON execution.id = asked.id AND execution.user_id = asked.user_id
          WHERE execution.id BETWEEN $3 AND $4
        ) AS found
        WINDOW asked AS (ORDER BY position)
      ) AS measured
      WHERE number = 1 OR bytes <= $5 ORDER BY position
      """, [.uuidArray, .textArray, .uuid, .uuid, .int8, DataType.boolean.array])
  }()
}

extension PayloadSealing? {
  fileprivate func hasKey(_ keyID: String?) -> Bool { keyID.map { self?.key($0) != nil } ?? true }

  /// What is observed of an execution. A document that was changed where it is sealed says nothing.
  fileprivate func observation(of ended: EndedExecution, _ stored: EndedDocuments) throws
    -> TimedObservation
  {
    var documents = stored
    if let keyID = stored.keyID {
      guard let key = self?.key(keyID) else { throw MissingPayloadKey(keyID: keyID) }
      let seal = key.seal(of: ended.id)
      documents.inputData = seal.opened(stored.inputData, as: "input_data")
      documents.taskResults = seal.opened(stored.taskResults, as: "task_results")
      documents.errorMessage = stored.errorMessage.flatMap { text in
        seal.openText(text.utf8, as: "error_message").map { String(decoding: $0, as: UTF8.self) }
      }
    }
    var fingerprint = ended.errorLabel
    if ended.hasPseudonym {
      fingerprint = documents.errorMessage.map { ErrorFingerprint.fingerprint(of: $0) }
    }
    return TimedObservation(
      endTime: stored.endTime ?? ended.id.createdAt,
      observation: Observation(
        userID: ended.userID, id: ended.id, workflowID: stored.workflowID,
        workflowType: ended.workflowType, hasFailed: ended.hasFailed,
        errorFingerprint: fingerprint, durationSeconds: ended.durationSeconds,
        inputs: documents.inputData.map(InputField.fields) ?? [],
        tasks: documents.taskResults.map(TaskTiming.timings) ?? []))
  }
}

extension RecordSeal {
  /// The document that is sealed in a JSON string; nil where it does not open.
  fileprivate func opened(_ document: JSONDocument?, as field: String) -> JSONDocument? {
    guard let text = document?.utf8.dropFirst().dropLast() else { return nil }
    return openText(text, as: field).map { JSONDocument(uncheckedUTF8: $0) }
  }
}
