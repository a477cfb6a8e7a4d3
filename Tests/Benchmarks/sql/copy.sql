-- Rows that come by COPY, then stand and are logged as a batch of saves does it.
BEGIN;
CREATE TEMPORARY TABLE IF NOT EXISTS staging (
  workflow_id text, workflow_type text, user_id text, duration_seconds double precision,
  input_data jsonb, output_data jsonb, task_results jsonb, execution_metadata jsonb
) ON COMMIT DELETE ROWS;
COPY staging FROM :file (FORMAT binary);
WITH saved AS (
  INSERT INTO workflow_executions (
    id, workflow_id, workflow_type, user_id, status, start_time, end_time, duration_seconds,
    version, created_at, updated_at, input_data, output_data, task_results, execution_metadata,
    save_digest)
  SELECT uuid_v7((extract(epoch FROM clock_timestamp()) * 1000)::bigint), workflow_id,
    workflow_type, user_id, 3, now(), now(), duration_seconds, 1, now(), now(), input_data,
    output_data, task_results, execution_metadata, sha256(workflow_id::bytea)
  FROM staging
  ON CONFLICT DO NOTHING
  RETURNING *
), logged AS (
  INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status,
    duration_seconds, error_fingerprint)
  SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint
  FROM saved
)
SELECT count(*) FROM saved;
COMMIT;
