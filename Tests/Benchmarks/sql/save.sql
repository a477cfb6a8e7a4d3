INSERT INTO workflow_executions (
  id, workflow_id, workflow_type, user_id, status, start_time, end_time, duration_seconds, version,
  created_at, updated_at, input_data, output_data, task_results, execution_metadata, save_digest)
VALUES (
  uuid_v7((extract(epoch FROM clock_timestamp()) * 1000)::bigint), :workflow_id, :workflow_type,
  :user, 3, now(), now(), :duration::double precision, 1, now(), now(), :input_data::jsonb,
  :output_data::jsonb, :task_results::jsonb, :execution_metadata::jsonb,
  sha256(:workflow_id::bytea));
