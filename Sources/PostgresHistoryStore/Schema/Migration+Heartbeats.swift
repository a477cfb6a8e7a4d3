extension Migration {
  static let heartbeats = Migration(
    number: 12, name: "heartbeats",
    steps: [
      // The last heartbeat of each RUNNING execution that ever had one. No index has what changes, and a
      // page has room for it, so that the next one is written beside it (HOT).
      """
      CREATE TABLE heartbeats (
        user_id text NOT NULL,
        execution_id uuid NOT NULL,
        -- by the database's clock
        beat_at timestamptz NOT NULL,
        -- how long after it the next one is to come
        timeout_seconds integer NOT NULL,
        PRIMARY KEY (user_id, execution_id)
      ) WITH (fillfactor = 50)
      """
    ])
}
