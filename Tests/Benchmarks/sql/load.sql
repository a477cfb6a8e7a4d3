-- What the loader of bench/load.py makes executions from: samples that the server has saved, whose
-- documents, tasks, errors and fingerprints are so its own.
SET search_path = :schema, public;
CREATE TABLE documents AS
  SELECT input_data, output_data, task_results, task_figures, execution_metadata
  FROM workflow_executions WHERE error_message IS NULL LIMIT 1;
CREATE TABLE errors AS
  SELECT array_agg(error_message ORDER BY id) AS messages,
    array_agg(error_fingerprint ORDER BY id) AS fingerprints
  FROM workflow_executions WHERE error_message IS NOT NULL;

CREATE FUNCTION milliseconds(instant timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(epoch FROM instant) * 1000)::bigint
$$;

-- The lower bound of the ids of a moment.
CREATE FUNCTION first_id(milliseconds bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(milliseconds), 12, '0') || repeat('0', 20))::uuid
$$;

-- The partitions of the months of a span, as the server makes them.
CREATE FUNCTION make_partitions(start_ms bigint, end_ms bigint) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  month timestamptz;
  name text;
BEGIN
  FOR month IN
    SELECT generate_series(date_trunc('month', to_timestamp(start_ms / 1000)),
      to_timestamp(end_ms / 1000), '1 month')
  LOOP
    name := to_char(month, '"workflow_executions_"YYYY_MM');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE public.%I (LIKE workflow_executions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
      name);
    EXECUTE format(
      'ALTER TABLE workflow_executions ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
      first_id(milliseconds(month)), first_id(milliseconds(month + INTERVAL '1 month')));
  END LOOP;
END
$$;

-- Executions number `first` to `last`, created at random moments of a span, of `users` users: every
-- tenth is user-0's, and of the rest user-1 has most.
CREATE FUNCTION new_executions(
  first bigint, last bigint, start_ms bigint, end_ms bigint, users bigint
) RETURNS TABLE (
  id uuid, workflow_id text, workflow_type text, user_id text, status smallint, version integer,
  created_at timestamptz, updated_at timestamptz, start_time timestamptz, end_time timestamptz,
  duration_seconds double precision, error_message text, error_fingerprint text,
  save_digest bytea, input_data jsonb, output_data jsonb, task_results jsonb,
  task_figures bytea, execution_metadata jsonb
) LANGUAGE sql AS $$
  SELECT uuid_v7(ms), 'workflow-' || workflow, made.workflow_type, 'user-' || user_number,
    made.status, 1, moment, moment, moment - coalesce(duration, 0) * INTERVAL '1 second',
    CASE WHEN duration IS NOT NULL THEN moment END, duration,
    CASE WHEN made.status = 4 THEN messages[error] END,
    CASE WHEN made.status = 4 THEN fingerprints[error] END, sha256(int8send(number)),
    documents.input_data, CASE WHEN duration IS NOT NULL THEN documents.output_data END,
    documents.task_results, documents.task_figures, documents.execution_metadata
  FROM (
    SELECT *, TIMESTAMPTZ 'epoch' + ms * INTERVAL '1 ms' AS moment,
      -- Half of them are over 10 s.
      CASE WHEN drawn.status IN (3, 4)
        THEN round(exp(2.3 + 1.5 * normal)::numeric, 6)::double precision END AS duration
    FROM (
      SELECT number, start_ms + floor(random() * (end_ms - start_ms))::bigint AS ms,
        CASE WHEN number % 10 = 0 THEN 0
          ELSE 1 + floor((users - 1) * random() ^ 2)::bigint END AS user_number,
        1 + floor(10 * random())::int AS workflow,
        (ARRAY['etl', 'etl', 'etl', 'etl', 'report', 'report', 'report', 'train', 'train',
          'export'])[1 + floor(10 * random())::int] AS workflow_type,
        -- Of a hundred 86 are completed and 10 have failed; the others are yet to end.
        (CASE WHEN random() < 0.86 THEN 3 WHEN random() < 0.72 THEN 4
          ELSE (ARRAY[1, 2, 2, 5])[1 + floor(4 * random())::int] END)::smallint AS status,
        1 + floor(cardinality(messages) * random() ^ 2)::int AS error,
        sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS normal, messages, fingerprints
      FROM generate_series(first, last) AS number, errors
    ) AS drawn
    ORDER BY ms
  ) AS made, documents
$$;

-- Saves them without a line in the change log.
CREATE PROCEDURE load_executions(
  first bigint, last bigint, start_ms bigint, end_ms bigint, users bigint
) LANGUAGE sql AS $$
  INSERT INTO workflow_executions (
    id, workflow_id, workflow_type, user_id, status, version, created_at, updated_at, start_time,
    end_time, duration_seconds, error_message, error_fingerprint, save_digest, input_data,
    output_data, task_results, task_figures, execution_metadata)
  SELECT * FROM new_executions(first, last, start_ms, end_ms, users)
$$;

-- Saves them as created now, with their lines, so many in each transaction.
CREATE PROCEDURE log_executions(first bigint, last bigint, batch bigint, users bigint)
LANGUAGE plpgsql AS $$
DECLARE
  ms bigint;
BEGIN
  FOR start IN first..last BY batch LOOP
    ms := milliseconds(clock_timestamp());
    WITH saved AS (
      INSERT INTO workflow_executions (
        id, workflow_id, workflow_type, user_id, status, version, created_at, updated_at,
        start_time, end_time, duration_seconds, error_message, error_fingerprint, save_digest,
        input_data, output_data, task_results, task_figures, execution_metadata)
      SELECT * FROM new_executions(start, least(start + batch - 1, last), ms, ms + 1, users)
      RETURNING *
    )
    INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status,
      duration_seconds, error_fingerprint, task_figures)
    SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint,
      task_figures
    FROM saved;
    COMMIT;
  END LOOP;
END
$$;
