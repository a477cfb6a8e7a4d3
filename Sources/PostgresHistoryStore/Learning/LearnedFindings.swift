internal import Logging
internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// What was learned that metrics tell: the patterns that stand, of executions that reach into the
/// window.
struct LearnedFindings {
  /// The strongest first.
  private let patterns: [(id: String, learned: LearnedPattern)]

  /// How many tips of a kind there are at most.
  static let tipLimit = 3
  /// How many inputs an error is told to go with at most.
  private static let associationLimit = 5
  /// How many patterns are looked at.
  private static let patternLimit = 50

  /// Those that the statement has found. What can't be opened here is left out.
  init(_ found: QueryResult, _ query: WindowQuery, sealing: PayloadSealing?) throws {
    let seal = LearnedSeal(userID: query.userID, sealing: sealing)
    var patterns: [(id: String, learned: LearnedPattern)] = []
    for index in 0..<found.count {
      let row = try PatternTable.Row(found[index])
      do {
        if let learned = try row.pattern(seal) { patterns.append((row.publicID, learned)) }
      } catch { storeLog.error("\(error)") }
    }
    self.patterns = patterns
  }

  /// Of each kind the strongest.
  var tips: [OptimizationTip] {
    let tips = patterns.compactMap { id, learned in
      OptimizationTip(learned.pattern, id: id, sampleIDs: learned.sampleIDs)
    }
    return [OptimizationTip.Kind.failureCause, .regression].flatMap { kind in
      tips.filter { $0.kind == kind }.prefix(Self.tipLimit)
    }
  }

  /// The inputs that an error goes with, the strongest first.
  func associations(ofError fingerprint: String) -> [InputAssociation] {
    let ofError = patterns.lazy.map(\.learned.pattern).filter { pattern in
      guard case .error(_, let error, _) = pattern.rule else { return false }
      return ExactText(error) == ExactText(fingerprint)
    }
    return Array(ofError.compactMap(InputAssociation.init).prefix(Self.associationLimit))
  }

  // MARK: The statement

  /// The statement that finds them.
  static func statement(_ query: WindowQuery) -> (Statement, [Parameter]) {
    (
      select,
      [
        .text(query.userID), .text(query.workflowType), .int4(Day(of: query.start).number),
        .textArray(kinds.map(\.rawValue)),
      ]
    )
  }

  private static let kinds: [PatternKind] = [
    .failureAssociation, .errorAssociation, .failureChange, .durationChange, .slowTask,
  ]

  private static let select = Statement(
    "findings",
    """
    SELECT \(PatternTable.columns) FROM learning_patterns
    WHERE user_id = $1 AND ($2::text IS NULL OR workflow_type = $2) AND active
      AND last_day >= \(RollupTable.date("$3")) AND pattern_type = ANY ($4)
    ORDER BY p_value, pattern_id COLLATE "C" LIMIT \(patternLimit)
    """, [.text, .text, .int4, .textArray])
}
