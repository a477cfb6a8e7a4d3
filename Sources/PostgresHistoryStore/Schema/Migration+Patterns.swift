extension Migration {
  static let patterns = Migration(
    number: 9, name: "patterns",
    steps: [
      // What was learned of each user: what is known beside the weeks, which are rows of their own.
      """
      CREATE TABLE learned_histories (
        user_id text PRIMARY KEY,
        head bytea NOT NULL,
        -- the id of the key that head is sealed with; NULL where it is plain
        sealed_with text,
        -- tells it from another of the same user, who was forgotten meanwhile
        learned_since timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- grows when a review may find something else
        revision bigint NOT NULL,
        reviewed_revision bigint NOT NULL DEFAULT 0,
        -- when a review last began, whatever came of it
        review_began_at timestamptz
      )
      """,
      """
      CREATE INDEX idx_learned_histories_due ON learned_histories (review_began_at NULLS FIRST)
        WHERE reviewed_revision < revision
      """,
      """
      CREATE TABLE learned_periods (
        user_id text NOT NULL,
        -- both counted from the week of 1970-01-01
        first_week integer NOT NULL,
        last_week integer NOT NULL,
        content bytea NOT NULL,
        sealed_with text,
        PRIMARY KEY (user_id, first_week)
      )
      """,
      """
      CREATE TABLE learning_patterns (
        user_id text NOT NULL,
        -- of the rule; where that is sealed, under a key
        pattern_id text NOT NULL,
        pattern_type text NOT NULL,
        workflow_type text NOT NULL,
        -- both NULL where they are sealed
        rule jsonb,
        description text,
        -- what is sealed of it, and with which key
        content bytea,
        sealed_with text,
        support bigint NOT NULL,
        trials bigint NOT NULL,
        -- under the condition: a share, or a median in seconds; baseline is that of all others
        value double precision NOT NULL,
        baseline double precision NOT NULL,
        confidence double precision NOT NULL,
        lift double precision NOT NULL,
        p_value double precision NOT NULL,
        -- its logarithm, also where it is too small for a number
        ln_p_value double precision NOT NULL,
        q_value double precision NOT NULL,
        -- of the executions that show it
        first_day date NOT NULL,
        last_day date NOT NULL,
        first_confirmed date NOT NULL,
        last_confirmed date NOT NULL,
        validated boolean NOT NULL,
        active boolean NOT NULL,
        asked_through date NOT NULL,
        -- the ids of executions that show it, of 16 bytes each
        samples bytea NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, pattern_id),
        CHECK ((sealed_with IS NULL) = (content IS NULL)),
        CHECK ((sealed_with IS NULL) = (rule IS NOT NULL AND description IS NOT NULL))
      )
      """,
      // While executions are learned from their table: those up to each id, as a snapshot has them.
      """
      CREATE TABLE learning_scans (
        last_id uuid PRIMARY KEY,
        snapshot pg_snapshot NOT NULL
      )
      """,
      // Whether the log is kept for as long as a reader needs it, or that one may come too late.
      "ALTER TABLE change_log_readers ADD COLUMN holds_log boolean NOT NULL DEFAULT true",
      // Begins with what the log still has.
      """
      INSERT INTO change_log_readers (name, watermark, read_at, holds_log)
      SELECT 'patterns', horizon, now(), false FROM change_log_horizon
      """,
    ])
}
