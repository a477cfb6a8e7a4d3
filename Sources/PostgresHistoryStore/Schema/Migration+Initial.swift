extension Migration {
  static let initial = Migration(
    number: 1, name: "executions and settings",
    steps: [
      """
      CREATE TABLE workflow_executions (
        id uuid NOT NULL,
        workflow_id text NOT NULL,
        workflow_type text NOT NULL,
        user_id text NOT NULL,
        -- 1 pending, 2 running, 3 completed, 4 failed, 5 paused
        status smallint NOT NULL,
        version integer NOT NULL,
        -- the id's millisecond
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        start_time timestamptz,
        end_time timestamptz,
        duration_seconds double precision,
        error_message text,
        -- SHA-256 of the save as it was sent
        save_digest bytea NOT NULL,
        input_data jsonb,
        output_data jsonb,
        task_results jsonb,
        execution_metadata jsonb,
        PRIMARY KEY (id),
        CONSTRAINT workflow_executions_status CHECK (status BETWEEN 1 AND 5),
        CONSTRAINT workflow_executions_version CHECK (version >= 1),
        CONSTRAINT workflow_executions_duration
          CHECK (duration_seconds >= 0 AND duration_seconds < 'Infinity'),
        CONSTRAINT workflow_executions_times CHECK (end_time >= start_time),
        CONSTRAINT workflow_executions_digest CHECK (octet_length(save_digest) = 32),
        -- 4 MiB - 64 KiB
        CONSTRAINT workflow_executions_rendered_size CHECK (
          octet_length(workflow_id) + octet_length(workflow_type) + octet_length(user_id)
          + coalesce(octet_length(error_message), 0)
          + coalesce(octet_length(input_data::text), 0)
          + coalesce(octet_length(output_data::text), 0)
          + coalesce(octet_length(task_results::text), 0)
          + coalesce(octet_length(execution_metadata::text), 0) <= 4128768)
      ) PARTITION BY RANGE (id)
      """,
      """
      CREATE INDEX idx_workflow_executions_user_created
        ON workflow_executions (user_id, id DESC)
      """,
      """
      CREATE INDEX idx_workflow_executions_workflow_id
        ON workflow_executions (user_id, workflow_id, id DESC)
      """,
      """
      CREATE INDEX idx_workflow_executions_status
        ON workflow_executions (user_id, status, id DESC)
      """,
      """
      CREATE INDEX idx_workflow_executions_user_id
        ON workflow_executions (user_id, workflow_type, id DESC)
      """,
      """
      CREATE INDEX idx_workflow_executions_created
        ON workflow_executions USING brin (created_at)
      """,
      """
      CREATE TABLE history_settings (
        name text PRIMARY KEY,
        value bytea NOT NULL
      )
      """,
    ])
}
