internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// What was learned of one workflow type of a user.
struct LearnedType: Sendable {
  var workflowType: String
  /// An `EstimateModel` in bytes.
  var estimate: [UInt8]
  var retries: RetryFigures

  /// How many days retries count.
  private static let retryDays: Int32 = 30

  /// What a history teaches of each type, under the patterns that are known of it.
  ///
  /// - Parameter today: the UTC day.
  static func all(
    of history: LearnedHistory, patterns: [LearnedPattern], today: Day
  ) -> [LearnedType] {
    let retries = history.retryFigures(since: (today - retryDays).number)
    return EstimateModel.models(of: history, patterns: patterns).map { type, model in
      LearnedType(
        workflowType: type, estimate: model.encoded, retries: retries[type] ?? RetryFigures())
    }
  }
}

/// The types of users, as they are kept.
enum LearnedTypes {
  /// A type as it was read.
  struct Row: Sendable {
    var workflowType: String
    private var estimate: StoredBytes
    private var retries: LearnedRetries
  }

  /// Types as they are to be stored.
  struct Sealed: Sendable {
    fileprivate let names: [String]
    fileprivate let rows: [[Parameter]]

    /// Seals all of a user's types.
    init(_ types: [LearnedType], _ seal: LearnedSeal) {
      names = types.map(\.workflowType)
      rows = types.map { type in
        let estimate = seal.stored(type.estimate, as: Row.estimateField(type.workflowType))
        return [
          .text(seal.userID), .text(type.workflowType), .text(estimate.keyID),
          .bytes(estimate.bytes),
        ] + LearnedRetries.parameters(of: type, seal)
      }
    }
  }

  /// All types of a user.
  static func read(_ userID: String, in transaction: Transaction) async throws -> [Row] {
    let rows = try await transaction.query(select, [.text(userID)])
    return try (0..<rows.count).map { try Row(rows[$0]) }
  }

  /// Puts types in the place of all that a user has.
  static func replace(
    _ types: Sealed, of userID: String, in transaction: Transaction
  ) async throws {
    _ = try await transaction.query(deleteOthers, [.text(userID), .textArray(types.names)])
    guard !types.rows.isEmpty else { return }
    var columns = Columns(Self.types)
    for row in types.rows { columns.append(row) }
    _ = try await transaction.query(upsert, columns.parameters)
  }

  // MARK: Statements

  private static let types: [DataType] = [.text, .text, .text, .bytes] + LearnedRetries.types

  /// What ``Row`` is read from.
  private static let columns =
    ["workflow_type", "sealed_with", "estimate"] + LearnedRetries.columns
  private static let columnsRead = columns.joined(separator: ", ")

  private static let select = Statement(
    "learned_types_of_user",
    "SELECT \(columnsRead) FROM learned_types WHERE user_id = $1 ORDER BY workflow_type", [.text])

  /// The row of one type of a user.
  static let selectOne = Statement(
    "learned_type",
    "SELECT \(columnsRead) FROM learned_types WHERE user_id = $1 AND workflow_type = $2",
    [.text, .text])

  private static let deleteOthers = Statement(
    "learned_types_delete_others",
    "DELETE FROM learned_types WHERE user_id = $1 AND workflow_type <> ALL ($2)",
    [.text, .textArray])

  private static let upsert: Statement = {
    let names = ["user_id"] + columns
    let changes = columns.dropFirst().map { "\($0) = excluded.\($0)" }
    return Statement(
      "learned_types_upsert",
      """
      INSERT INTO learned_types (\(names.joined(separator: ", ")))
      SELECT * FROM unnest(\(names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))
      ON CONFLICT (user_id, workflow_type) DO UPDATE SET \(changes.joined(separator: ", ")),
        updated_at = now()
      """, types.map(\.array))
  }()
}

extension LearnedTypes.Row {
  init(_ row: Row) throws(PostgresError) {
    workflowType = try row.value(0)
    let keyID = try row.value(1, as: String?.self)
    estimate = StoredBytes(bytes: try row.value(2), keyID: keyID)
    retries = try LearnedRetries(row, from: 3, of: workflowType, sealedWith: keyID)
  }

  fileprivate static func estimateField(_ type: String) -> String { "estimate of \(type)" }

  /// The model of the type; nil where it is damaged, or of a later version.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func model(_ seal: LearnedSeal) throws(MissingPayloadKey) -> EstimateModel? {
    try seal.opened(estimate, as: Self.estimateField(workflowType))
      .flatMap { try? EstimateModel(encoded: $0) }
  }

  /// The type; nil where something of it does not open.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func type(_ seal: LearnedSeal) throws(MissingPayloadKey) -> LearnedType? {
    guard let estimate = try seal.opened(estimate, as: Self.estimateField(workflowType)),
      let retries = try retries.opened(seal)
    else { return nil }
    return LearnedType(workflowType: workflowType, estimate: estimate, retries: retries)
  }
}
