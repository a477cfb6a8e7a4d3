internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Puts pseudonyms in the place of fingerprints, and labels in the place of the names of tasks, that were
/// logged and rolled up before executions were sealed, once all executions are; or the names back, where
/// they are made plain.
struct SealedLabels {
  let sealing: PayloadSealing
  let connection: PostgresConnection

  /// How long to wait for changes to be folded.
  private static let foldInterval = Duration.milliseconds(50)
  /// How many changes are converted in one transaction.
  private static let changesAtOnce: Int64 = 5000

  /// Converts the log, and then the rollups.
  ///
  /// The log that is folded is read for no figure. What the rollups count under fingerprints and names
  /// after that is of executions that are gone.
  func convert(
    _ database: PostgresOptions, _ counts: inout SealingRun.Counts,
    _ progress: (SealingRun.Counts) -> Void
  ) async throws {
    let watermark = try await fold(database)
    try await ChangeLogBlocks.forEach(on: connection) { (partition, blocks) async throws in
      // Rows that are converted come again, further behind, and are left then.
      var place: String? = "(\(blocks.lowerBound),0)"
      while let last = place {
        let batch = try await connection.transaction { (transaction) async throws in
          try await convert(partition, blocks, after: last, before: watermark, in: transaction)
        }
        place = batch.last
        counts.changes += batch.count
        progress(counts)
      }
    }
    for source in [Source.rollups, .errors, .tasks] {
      var position = RollupPosition()
      while true {
        let batch = try await connection.transaction { (transaction) async throws in
          try await convert(source, from: position, in: transaction)
        }
        guard let batch else { break }
        position = batch.last
        counts.rolledUpLabels += batch.count
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

  func label(ofError fingerprint: String, _ userID: String) -> String {
    sealing.key == nil || PayloadSealing.isPseudonym(fingerprint)
      ? fingerprint : sealing.pseudonym(of: fingerprint, userID: userID)
  }

  func label(ofTask name: String, _ userID: String) -> String {
    // A label opens, and no name does.
    let opened = sealing.taskName(of: name, userID: userID)
    if sealing.key == nil { return opened ?? name }
    return opened == nil ? sealing.taskLabel(of: name, userID: userID) : name
  }

  private func label(ofTasks figures: [UInt8], _ userID: String) throws -> [UInt8] {
    try TaskCounts(encoded: figures)
      .relabelled { ExactText(label(ofTask: $0.text, userID)) }.encoded
  }

  // MARK: The change log

  /// Converts the next few rows after a place; nil where there are none after these.
  private func convert(
    _ partition: String, _ blocks: Range<Int64>, after place: String,
    before watermark: TransactionID, in transaction: Transaction
  ) async throws -> (last: String?, count: Int64) {
    let found = try await transaction.query(
      Statement(
        "",
        """
        SELECT ctid::text, user_id, old_error_fingerprint, error_fingerprint, old_task_figures,
          task_figures
        FROM \(partition)
        WHERE ctid > $1::tid AND \(ChangeLogBlocks.condition("$2", "$3")) AND transaction_id < $4
          AND (NOT starts_with(old_error_fingerprint, $5) OR NOT starts_with(error_fingerprint, $5)
            OR old_task_figures IS NOT NULL OR task_figures IS NOT NULL)
        ORDER BY ctid LIMIT \(Self.changesAtOnce)
        """, [.text, .int8, .int8, .transactionID, .text]),
      [
        .text(place), .int8(blocks.lowerBound), .int8(blocks.upperBound),
        .transactionID(watermark), .text(PayloadSealing.pseudonymPrefix),
      ])
    var places = ArrayParameter(of: .text)
    var fingerprints = (0..<2).map { _ in ArrayParameter(of: .text) }
    var figures = (0..<2).map { _ in ArrayParameter(of: .bytes) }
    for index in 0..<found.count {
      let row = found[index]
      let userID: String = try row.value(1)
      let old = try (2...3).map { try row.value($0, as: String?.self) }
      let oldTasks = try (4...5).map { try row.value($0, as: [UInt8]?.self) }
      let new = old.map { $0.map { label(ofError: $0, userID) } }
      let newTasks = try oldTasks.map { try $0.map { try label(ofTasks: $0, userID) } }
      if old == new, oldTasks == newTasks { continue }
      places.append(.text(try row.value(0, as: String.self)))
      for index in 0..<2 {
        fingerprints[index].append(.text(new[index]))
        figures[index].append(.bytes(newTasks[index]))
      }
    }
    let count = Int64(places.count)
    if count > 0 {
      _ = try await transaction.query(
        Statement(
          "",
          """
          UPDATE \(partition) AS change
          SET old_error_fingerprint = old_label, error_fingerprint = label,
            old_task_figures = old_tasks, task_figures = tasks
          FROM unnest($1, $2, $3, $4, $5) AS converted (place, old_label, label, old_tasks, tasks)
          WHERE change.ctid = converted.place::tid
          """,
          [.textArray, .textArray, .textArray, DataType.bytes.array, DataType.bytes.array]),
        ([places] + fingerprints + figures).map { .array($0) })
    }
    let isLast = found.count < Self.changesAtOnce
    return (isLast ? nil : try found[found.count - 1].value(0, as: String.self), count)
  }
}
