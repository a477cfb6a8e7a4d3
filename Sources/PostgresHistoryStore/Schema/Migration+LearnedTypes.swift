extension Migration {
  static let learnedTypes = Migration(
    number: 10, name: "learned types",
    steps: [
      // What a review makes of a user's history for each workflow type in it.
      """
      CREATE TABLE learned_types (
        user_id text NOT NULL,
        workflow_type text NOT NULL,
        -- how long its executions take, and how often they fail
        estimate bytea NOT NULL,
        -- executions that followed a failure of the same workflow, in the weeks of the last 30 days
        retries bigint NOT NULL,
        failed_retries bigint NOT NULL,
        -- the fingerprint of the error that most of the latter followed, and how many followed it
        retried_error bytea,
        retries_of_error bigint NOT NULL,
        failed_retries_of_error bigint NOT NULL,
        -- the id of the key that estimate and retried_error are sealed with; NULL where they are plain
        sealed_with text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, workflow_type)
      )
      """,
      // The revision as of which patterns may be others; as of later ones only estimates are.
      "ALTER TABLE learned_histories ADD COLUMN news_revision bigint NOT NULL DEFAULT 0",
      "UPDATE learned_histories SET news_revision = revision, revision = revision + 1",
    ])
}
