-- Executions of the last days, with inputs and tasks as pipelines have them, some of which fail: the
-- newest ends now. Of them the change log says nothing.
--
-- executions: how many; users: of how many; days: over how many.
INSERT INTO workflow_executions (id, workflow_id, workflow_type, user_id, status, start_time, end_time,
  duration_seconds, version, created_at, updated_at, save_digest, input_data, task_results,
  error_message, error_fingerprint, execution_metadata)
SELECT (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8'
    || lpad(to_hex(n), 15, '0'))::uuid,
  'wf-' || n, 'type-' || n / :users % 5, 'user-' || n % :users, CASE WHEN fails THEN 4 ELSE 3 END,
  created_at, created_at + seconds * interval '1 second', seconds, 1, created_at, created_at,
  decode(repeat('00', 32), 'hex'),
  jsonb_build_object('region', 'region-' || n * 7 % 11, 'rows', n * 31 % 100000, 'source', jsonb_build_object(
      'kind', 'kind-' || n % 3, 'bucket', 'bucket-' || n * 13 % 40), 'dry_run', n % 2 = 0,
    'batch', 'b-' || n),
  (SELECT jsonb_agg(jsonb_build_object('task_name', 'task-' || task, 'status', 'COMPLETED',
      'duration_seconds', seconds / 5 + task)) FROM generate_series(1, 5) AS task),
  CASE WHEN fails THEN 'no route to host ' || n END,
  CASE WHEN fails THEN 'no route to host <n>' END, '{}'
FROM (
  SELECT n, ms, to_timestamp(ms / 1000.0) AS created_at, n * 17 % 23 = 0 AS fails,
    3 + (n * 37 % 100) / 10.0 AS seconds
  FROM (
    SELECT n, (extract(epoch FROM now()) * 1000)::bigint
      - (:executions - n) * (:days * 86400000::bigint / :executions) AS ms
    FROM generate_series(1::bigint, :executions) AS n
  ) AS times
) AS numbered;
ANALYZE workflow_executions;
