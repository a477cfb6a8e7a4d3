WITH scanned AS MATERIALIZED (
  SELECT (created_at AT TIME ZONE 'UTC')::date AS day, created_at, duration_seconds,
    error_fingerprint,
    CASE WHEN duration_seconds < 5 THEN 1 WHEN duration_seconds < 15 THEN 2
      WHEN duration_seconds < 60 THEN 3 WHEN duration_seconds < 300 THEN 4
      WHEN duration_seconds IS NOT NULL THEN 5 END AS speed_class
  FROM workflow_executions
  WHERE user_id = :'user' AND created_at >= now() - :days * INTERVAL '1 day'
    AND id >= :schema.first_id(:schema.milliseconds(now() - :days * INTERVAL '1 day'))
)
SELECT 'class', speed_class::text, count(*), avg(duration_seconds), NULL::timestamptz
FROM scanned GROUP BY speed_class
UNION ALL
SELECT 'day', day::text, count(*),
  percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_seconds), NULL::timestamptz
FROM scanned GROUP BY day
UNION ALL (
  SELECT 'error', error_fingerprint, count(*), NULL::double precision, max(created_at)
  FROM scanned WHERE error_fingerprint IS NOT NULL
  GROUP BY error_fingerprint ORDER BY 3 DESC LIMIT 5
)
