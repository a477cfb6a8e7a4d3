-- The id is a UUIDv7: 48 bits of milliseconds over a random UUIDv4, whose version 4 becomes 7.
INSERT INTO workflow_executions (
  id, workflow_id, workflow_type, user_id, status, error_message, start_time, end_time,
  duration_seconds, version, created_at, updated_at, input_data, output_data, task_results,
  execution_metadata, save_digest)
VALUES (
  encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid,
  :workflow_id, :workflow_type, :user, 3, NULL, now(), now(), :duration::double precision, 1,
  now(), now(), :input_data::jsonb, :output_data::jsonb, :task_results::jsonb,
  :execution_metadata::jsonb, sha256(:workflow_id::bytea))
ON CONFLICT DO NOTHING
RETURNING input_data, output_data, task_results, execution_metadata;
