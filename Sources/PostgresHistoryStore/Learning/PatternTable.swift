internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// The patterns of users, as they are kept.
enum PatternTable {
  /// A pattern as it was read.
  struct Row: Sendable {
    /// What its user knows it by.
    var publicID: String
    private var rule: JSONDocument?
    private var content: StoredBytes?
    private var evidence: PatternEvidence
    private var firstConfirmed: Int32
    private var lastConfirmed: Int32
    private var isValidated: Bool
    private var isActive: Bool
    private var askedThrough: Int32
    private var sampleIDs: [ExecutionID]
  }

  private static func day(_ column: String) -> String { "(\(column) - DATE '1970-01-01')" }

  /// What ``Row`` is read from.
  static let columns = """
    pattern_id, rule, content, sealed_with, support, trials, value, baseline, confidence, lift,
    ln_p_value, q_value, \(day("first_day")), \(day("last_day")), \(day("first_confirmed")),
    \(day("last_confirmed")), validated, active, \(day("asked_through")),
    samples
    """

  /// All patterns of a user.
  static func read(_ userID: String, in transaction: Transaction) async throws -> [Row] {
    let rows = try await transaction.query(select, [.text(userID)])
    return try (0..<rows.count).map { try Row(rows[$0]) }
  }

  /// Puts patterns in the place of all that a user has.
  static func replace(
    _ patterns: [LearnedPattern], of seal: LearnedSeal, in transaction: Transaction
  ) async throws {
    _ = try await transaction.query(delete, [.text(seal.userID)])
    guard !patterns.isEmpty else { return }
    var rows = Columns(types)
    for pattern in patterns { rows.append(parameters(of: pattern, seal)) }
    _ = try await transaction.query(insert, rows.parameters)
  }

  // MARK: Writing

  private static func parameters(of learned: LearnedPattern, _ seal: LearnedSeal) -> [Parameter] {
    let (rule, evidence) = (learned.pattern.rule, learned.pattern.evidence)
    let publicID = seal.publicID(ofPattern: learned.id)
    var content = StoredBytes?.none
    if seal.keyID != nil {
      content = seal.stored(
        PatternContent(id: learned.id, rule: rule.json).bytes, as: Row.field(of: publicID))
    }
    let days = [
      evidence.firstDay, evidence.lastDay, learned.firstConfirmed, learned.lastConfirmed,
      learned.askedThrough,
    ].map { Parameter.int4(min(max($0, Self.days.lowerBound), Self.days.upperBound)) }
    return [
      .text(seal.userID), .text(publicID), .text(rule.kind.rawValue), .text(rule.workflowType),
      .jsonb(content == nil ? Array(rule.json.utf8) : nil),
      .text(content == nil ? learned.pattern.description : nil),
      content.map { .bytes($0.bytes) } ?? .null, .text(content?.keyID), .int8(evidence.support),
      .int8(evidence.trials), .float8(evidence.value), .float8(evidence.baseline),
      .float8(evidence.confidence), .float8(evidence.lift), .float8(evidence.pValue),
      .float8(evidence.lnP), .float8(evidence.qValue), days[0], days[1], days[2], days[3],
      .boolean(learned.isValidated), .boolean(learned.isActive), days[4],
      .bytes(learned.sampleIDs.flatMap(\.bytes)),
    ]
  }

  /// Those of which Postgres has dates and ids have times, from 1970 to the year 5000 or so.
  private static let days: ClosedRange<Int32> = 0...1_000_000

  private static let types: [DataType] =
    [.text, .text, .text, .text, .jsonb, .text, .bytes, .text, .int8, .int8]
    + Array(repeating: .float8, count: 7) + Array(repeating: .int4, count: 4)
    + [.boolean, .boolean, .int4, .bytes]

  // MARK: Statements

  private static let select = Statement(
    "patterns_of_user",
    "SELECT \(columns) FROM learning_patterns WHERE user_id = $1 ORDER BY pattern_id", [.text])

  private static let delete = Statement(
    "patterns_delete", "DELETE FROM learning_patterns WHERE user_id = $1", [.text])

  private static let insert: Statement = {
    let dates = ["first_day", "last_day", "first_confirmed", "last_confirmed", "asked_through"]
    let names =
      [
        "user_id", "pattern_id", "pattern_type", "workflow_type", "rule", "description", "content",
        "sealed_with", "support", "trials", "value", "baseline", "confidence", "lift", "p_value",
        "ln_p_value", "q_value",
      ] + dates.prefix(4) + ["validated", "active"] + dates.suffix(1) + ["samples"]
    let values = names.map { dates.contains($0) ? "DATE '1970-01-01' + \($0)" : $0 }
    return Statement(
      "patterns_insert",
      """
      INSERT INTO learning_patterns (\(names.joined(separator: ", ")))
      SELECT \(values.joined(separator: ", "))
      FROM unnest(\(names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))
        AS pattern (\(names.joined(separator: ", ")))
      """, types.map(\.array))
  }()
}

extension PatternTable.Row {
  init(_ row: Row) throws(PostgresError) {
    publicID = try row.value(0)
    rule = try row.document(1)
    if let bytes = try row.value(2, as: [UInt8]?.self) {
      content = StoredBytes(bytes: bytes, keyID: try row.value(3))
    }
    evidence = PatternEvidence(
      support: try row.value(4), trials: try row.value(5), value: try row.value(6),
      baseline: try row.value(7), confidence: try row.value(8), lift: try row.value(9),
      lnP: try row.value(10), firstDay: try row.value(12), lastDay: try row.value(13),
      qValue: try row.value(11))
    firstConfirmed = try row.value(14)
    lastConfirmed = try row.value(15)
    isValidated = try row.value(16)
    isActive = try row.value(17)
    askedThrough = try row.value(18)
    sampleIDs = ExecutionID.ids(in: try row.value(19))
  }

  static func field(of publicID: String) -> String { "pattern \(publicID)" }

  /// The pattern; nil where its rule is damaged, or one that this version does not know.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func pattern(_ seal: LearnedSeal) throws(MissingPayloadKey) -> LearnedPattern? {
    var id = publicID
    var json = rule
    if let content {
      guard let opened = try seal.opened(content, as: Self.field(of: publicID)),
        let read = try? PatternContent(opened)
      else { return nil }
      id = read.id
      json = JSONDocument(uncheckedUTF8: Array(read.rule.utf8))
    }
    guard let rule = json.flatMap(PatternRule.init) else { return nil }
    return LearnedPattern(
      id: id, pattern: Pattern(rule: rule, evidence: evidence), firstConfirmed: firstConfirmed,
      lastConfirmed: lastConfirmed, isValidated: isValidated, isActive: isActive,
      askedThrough: askedThrough, sampleIDs: sampleIDs)
  }
}

/// What is sealed of a pattern: its description can be made of it.
private struct PatternContent {
  var id: String
  var rule: String

  init(id: String, rule: String) {
    self.id = id
    self.rule = rule
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(lengthAndText: id)
    bytes.append(lengthAndText: rule)
    return bytes
  }

  init(_ bytes: [UInt8]) throws(MalformedBytes) {
    var reader = VariableLengthReader(bytes)
    id = try reader.text()
    rule = try reader.text()
  }
}
