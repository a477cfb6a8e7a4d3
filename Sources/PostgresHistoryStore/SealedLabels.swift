internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Puts pseudonyms in the place of fingerprints that were logged and rolled up before errors were
/// sealed, once all executions are.
struct SealedLabels {
  let sealing: PayloadSealing
  let connection: PostgresConnection

  /// How long to wait for changes to be folded.
  private static let foldInterval = Duration.milliseconds(50)
  /// How many changes are converted in one transaction.
  private static let changesAtOnce: Int64 = 5000
  /// How many rollups are looked at in one transaction.
  private static let rollupsAtOnce: Int64 = 500

  /// Converts the log, and then the rollups.
  ///
  /// The log that is folded is read for no figure. What the rollups count under fingerprints after that
  /// is of executions that are gone.
  func convert(
    _ database: PostgresOptions, _ counts: inout SealingRun.Counts,
    _ progress: (SealingRun.Counts) -> Void
  ) async throws {
    let watermark = try await fold(database)
    try await ChangeLogBlocks.forEach(on: connection) { (partition, blocks) async throws in
      var count: Int64
      repeat {
        count = try await connection.transaction { (transaction) async throws in
          try await convert(partition, blocks, before: watermark, in: transaction)
        }
        counts.changes += count
        progress(counts)
      } while count == Self.changesAtOnce
    }
    for rollups in [Self.rollups, Self.spilled] {
      var position = Position()
      while true {
        let batch = try await connection.transaction { (transaction) async throws in
          try await convert(rollups, from: position, in: transaction)
        }
        guard let batch else { break }
        position = batch.last
        counts.rolledUpErrors += batch.count
        progress(counts)
      }
    }
  }

  /// Waits until the rollups have all changes that were made by now.
  private func fold(_ database: PostgresOptions) async throws -> TransactionID {
    let end: TransactionID = try await connection.query(Self.end)[0].value(0)
    let folder = RollupFolder(database, on: connection.eventLoop)
    defer { folder.close() }
    while true {
      try await folder.foldAll()
      let watermark: TransactionID = try await connection.query(Self.watermark)[0].value(0)
      guard watermark < end else { return watermark }
      // Another server is folding, or a transaction that is older has not ended.
      await connection.eventLoop.sleep(for: Self.foldInterval)
    }
  }

  private static let end = Statement("labels_end", "SELECT pg_snapshot_xmax(pg_current_snapshot())")
  private static let watermark = Statement("labels_watermark", "SELECT \(RollupFolder.watermark)")

  private func label(_ fingerprint: String?, _ userID: String) -> String? {
    fingerprint.map {
      PayloadSealing.isPseudonym($0) ? $0 : sealing.pseudonym(of: $0, userID: userID)
    }
  }

  // MARK: The change log

  private func convert(
    _ partition: String, _ blocks: Range<Int64>, before watermark: TransactionID,
    in transaction: Transaction
  ) async throws -> Int64 {
    let found = try await transaction.query(
      Statement(
        "",
        """
        SELECT ctid::text, user_id, old_error_fingerprint, error_fingerprint FROM \(partition)
        WHERE \(ChangeLogBlocks.condition("$1", "$2")) AND transaction_id < $3
          AND (NOT starts_with(old_error_fingerprint, $4) OR NOT starts_with(error_fingerprint, $4))
        LIMIT \(Self.changesAtOnce)
        """, [.int8, .int8, .transactionID, .text]),
      [
        .int8(blocks.lowerBound), .int8(blocks.upperBound), .transactionID(watermark),
        .text(PayloadSealing.pseudonymPrefix),
      ])
    guard found.count > 0 else { return 0 }
    var columns = (0..<3).map { _ in ArrayParameter(of: .text) }
    for index in 0..<found.count {
      let row = found[index]
      let userID: String = try row.value(1)
      columns[0].append(.text(try row.value(0, as: String.self)))
      columns[1].append(.text(label(try row.value(2), userID)))
      columns[2].append(.text(label(try row.value(3), userID)))
    }
    _ = try await transaction.query(
      Statement(
        "",
        """
        UPDATE \(partition) AS change
        SET old_error_fingerprint = converted.old_label, error_fingerprint = converted.label
        FROM unnest($1, $2, $3) AS converted (place, old_label, label)
        WHERE change.ctid = converted.place::tid
        """, [.textArray, .textArray, .textArray]), columns.map { .array($0) })
    return Int64(found.count)
  }

  // MARK: Rollups

  /// Where a batch of rollups ends: at one of them, or at one of its errors.
  private struct Position {
    var userID = ""
    var day = Day(number: 0)
    var workflowType = ""
    var digest: [UInt8] = []
  }

  /// Where errors are counted by fingerprint.
  private struct Source: Sendable {
    let statement: Statement
    let parameters: @Sendable (Position) -> [Parameter]
  }

  private func convert(
    _ source: Source, from position: Position, in transaction: Transaction
  ) async throws -> (last: Position, count: Int64)? {
    _ = try await transaction.query(RollupTable.lock)
    let found = try await transaction.query(source.statement, source.parameters(position))
    var last: Position?
    var changes = RollupChanges()
    var count: Int64 = 0
    for index in 0..<found.count {
      let row = found[index]
      let end = Position(
        userID: try row.value(0), day: Day(number: try row.value(1)),
        workflowType: try row.value(2), digest: try row.value(3))
      last = end
      var change = ExecutionRollup()
      func move(_ fingerprint: ExactText, _ errors: Int64) {
        guard let label = label(fingerprint.text, end.userID), label != fingerprint.text else {
          return
        }
        change.errors.add(-errors, fingerprint)
        change.errors.add(errors, ExactText(label))
        count += 1
      }
      if let fingerprint = try row.value(5, as: String?.self) {
        move(ExactText(fingerprint), try row.value(6))
      } else {
        try ErrorCounts.read(try row.value(4)) { move(ExactText(utf8: $0), $1) }
      }
      changes.add(
        change,
        to: RollupKey(
          userID: ExactText(end.userID), day: end.day, workflowType: ExactText(end.workflowType)))
    }
    try await RollupTable.add(changes, in: transaction)
    return last.map { ($0, count) }
  }

  /// The next rollups that count errors themselves.
  private static let rollups = Source(statement: rollupsStatement) { position in
    [
      .text(position.userID), .int4(position.day.number), .text(position.workflowType),
      .int8(rollupsAtOnce),
    ]
  }
  private static let rollupsStatement = Statement(
    "labels_rollups",
    """
    SELECT user_id, \(RollupTable.number("day")), workflow_type, ''::bytea, errors, NULL::text,
      NULL::bigint
    FROM execution_rollups
    WHERE (user_id, day, workflow_type) > ($1, \(RollupTable.date("$2")), $3) AND errors <> ''
    ORDER BY user_id, day, workflow_type LIMIT $4
    """, [.text, .int4, .text, .int8])

  /// The next errors that their rollups do not count.
  private static let spilled = Source(statement: spilledStatement) { position in
    [
      .text(position.userID), .int4(position.day.number), .text(position.workflowType),
      .bytes(position.digest), .int8(rollupsAtOnce),
    ]
  }
  private static let spilledStatement = Statement(
    "labels_spilled",
    """
    SELECT user_id, \(RollupTable.number("day")), workflow_type, fingerprint_digest, NULL::bytea,
      fingerprint, count
    FROM execution_error_rollups
    WHERE (user_id, day, workflow_type, fingerprint_digest)
        > ($1, \(RollupTable.date("$2")), $3, $4)
      AND NOT starts_with(fingerprint, '\(PayloadSealing.pseudonymPrefix)')
    ORDER BY user_id, day, workflow_type, fingerprint_digest LIMIT $5
    """, [.text, .int4, .text, .bytes, .int8])
}
