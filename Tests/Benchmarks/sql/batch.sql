-- A batch of executions of many users, written and logged as a batch of saves is: copies of some
-- that stand ready, in the table `ready`.
\set first random(1, :ready - :batch)
WITH saved AS (
  INSERT INTO workflow_executions (
    id, workflow_id, workflow_type, user_id, status, version, created_at, updated_at, start_time,
    end_time, duration_seconds, error_message, error_fingerprint, save_digest, input_data,
    output_data, task_results, task_figures, execution_metadata)
  SELECT uuid_v7(milliseconds(clock_timestamp())), workflow_id, workflow_type, user_id, status,
    version, clock_timestamp(), clock_timestamp(), start_time, end_time, duration_seconds,
    error_message, error_fingerprint, save_digest, input_data, output_data, task_results,
    task_figures, execution_metadata
  FROM ready
  WHERE number >= :first::bigint AND number < :first::bigint + :batch::bigint
  ON CONFLICT DO NOTHING
  RETURNING *
), logged AS (
  INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status,
    duration_seconds, error_fingerprint, task_figures)
  SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint,
    task_figures
  FROM saved
)
SELECT count(*) FROM saved;
