extension Migration {
  static let rollups = Migration(
    number: 3, name: "rollups",
    steps: [
      // What the executions of a user, UTC day and type add up to, as of the folder's watermark. Pages
      // are left room, so that a row of today that grows stays in its page and its index entries stand.
      """
      CREATE TABLE execution_rollups (
        user_id text NOT NULL,
        day date NOT NULL,
        workflow_type text NOT NULL,
        pending bigint NOT NULL,
        running bigint NOT NULL,
        completed bigint NOT NULL,
        failed bigint NOT NULL,
        paused bigint NOT NULL,
        -- counts and sums by speed class, and a histogram
        durations bytea NOT NULL,
        -- counts by fingerprint
        errors bytea NOT NULL,
        -- whether there are more of these, in execution_error_rollups
        spills_errors boolean NOT NULL,
        -- created_at of the first and the last execution that retention dropped
        dropped_first timestamptz,
        dropped_last timestamptz,
        PRIMARY KEY (user_id, day, workflow_type)
      ) WITH (fillfactor = 90)
      """,
      "CREATE INDEX idx_execution_rollups_day ON execution_rollups (day)",
      // Errors of rollups that have many fingerprints, so that no rollup grows without bound. The keys
      // have the fingerprint's SHA-256: with the text itself, an entry could be too long for an index.
      """
      CREATE TABLE execution_error_rollups (
        user_id text NOT NULL,
        day date NOT NULL,
        workflow_type text NOT NULL,
        fingerprint_digest bytea NOT NULL,
        fingerprint text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (user_id, day, workflow_type, fingerprint_digest)
      ) WITH (fillfactor = 90)
      """,
      "CREATE INDEX idx_execution_error_rollups_day ON execution_error_rollups (day)",
      // The days of which retention has dropped executions: their rollups, which stay, hold more than
      // the table. Whoever drops takes the folder's lock, and puts the day here in the transaction
      // that drops.
      .sql(
        """
        CREATE TABLE retention_days (
          day date PRIMARY KEY,
          dropped_at timestamptz NOT NULL DEFAULT now(),
          -- the bounds of the ids of the day's executions
          first_id uuid NOT NULL GENERATED ALWAYS AS (\(firstID("day"))) STORED,
          end_id uuid NOT NULL GENERATED ALWAYS AS (\(firstID("day + 1"))) STORED
        )
        """),
      """
      INSERT INTO change_log_readers (name, watermark, read_at)
      VALUES ('rollups', pg_snapshot_xmin(pg_current_snapshot()), now())
      """,
      // What there is by now is rolled up once the tables are those that the code knows: by the migration
      // of tasks.
    ])

  /// The lower bound of the ids of the executions of a day.
  private static func firstID(_ day: String) -> String {
    let milliseconds = "(\(day) - DATE '1970-01-01')::bigint * 86400000"
    return "(lpad(to_hex(\(milliseconds)), 12, '0') || repeat('0', 20))::uuid"
  }
}
