internal import Postgres
internal import WorkflowHistory

extension Migration {
  static let changeLog = Migration(
    number: 2, name: "change log",
    steps: [
      "ALTER TABLE workflow_executions ADD COLUMN error_fingerprint text",
      .code(fillFingerprints),
      // The executions of an error pattern, and with them when it was first and last seen.
      """
      CREATE INDEX idx_workflow_executions_error_fingerprint
        ON workflow_executions (user_id, error_fingerprint, id DESC)
        WHERE error_fingerprint IS NOT NULL
      """,
      // Each write of an execution, in its own transaction: what it was, and what it is.
      """
      CREATE TABLE workflow_execution_changes (
        -- by this clock alone: those of the servers may differ
        changed_at timestamptz NOT NULL DEFAULT now(),
        transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
        execution_id uuid NOT NULL,
        user_id text NOT NULL,
        -- of the row after; the last one where it was deleted
        version integer NOT NULL,
        -- NULL where there was no row before
        old_workflow_type text,
        old_status smallint,
        old_duration_seconds double precision,
        old_error_fingerprint text,
        -- NULL where there is no row after
        workflow_type text,
        status smallint,
        duration_seconds double precision,
        error_fingerprint text
      ) PARTITION BY RANGE (changed_at)
      """,
      """
      CREATE INDEX idx_workflow_execution_changes_transaction
        ON workflow_execution_changes (transaction_id)
      """,
      // Each reader has seen all changes of transactions before its watermark.
      """
      CREATE TABLE change_log_readers (
        name text PRIMARY KEY,
        watermark xid8 NOT NULL,
        read_at timestamptz NOT NULL
      )
      """,
      // Changes of transactions before it may have been dropped. One row.
      """
      CREATE TABLE change_log_horizon (
        horizon xid8 NOT NULL,
        is_single boolean PRIMARY KEY DEFAULT true CHECK (is_single)
      )
      """,
      "INSERT INTO change_log_horizon (horizon) VALUES (pg_current_xact_id())",
    ])

  /// How many executions are given their fingerprints at once: an error message may have 64 KiB.
  private static let fingerprintsAtOnce = 500

  /// Gives fingerprints to the executions with errors that were saved before there were any.
  private static func fillFingerprints(_ transaction: Transaction) async throws {
    var last = ExecutionID(high: 0, low: 0)
    while true {
      let failed = try await transaction.query(
        nextFailed, [last.parameter, .int8(Int64(fingerprintsAtOnce))])
      var ids = ArrayParameter(of: .uuid)
      var fingerprints = ArrayParameter(of: .text)
      for index in 0..<failed.count {
        last = ExecutionID(uuid: try failed[index].value(0))
        ids.append(last.parameter)
        fingerprints.append(.text(ErrorFingerprint.fingerprint(of: try failed[index].value(1))))
      }
      _ = try await transaction.query(setFingerprints, [.array(ids), .array(fingerprints)])
      guard failed.count == fingerprintsAtOnce else { return }
    }
  }

  private static let nextFailed = Statement(
    "",
    """
    SELECT id, error_message FROM workflow_executions
    WHERE id > $1 AND error_message IS NOT NULL ORDER BY id LIMIT $2
    """, [.uuid, .int8])

  private static let setFingerprints = Statement(
    "",
    """
    UPDATE workflow_executions AS execution SET error_fingerprint = filled.fingerprint
    FROM unnest($1, $2) AS filled (id, fingerprint) WHERE execution.id = filled.id
    """, [.uuidArray, .textArray])
}
