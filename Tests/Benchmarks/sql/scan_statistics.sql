SELECT workflow_type, count(*), count(*) FILTER (WHERE status = 3),
  count(*) FILTER (WHERE status = 4), avg(duration_seconds),
  percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_seconds),
  min(created_at), max(created_at)
FROM workflow_executions
WHERE user_id = :'user' AND created_at >= now() - :days * INTERVAL '1 day'
  AND id >= :schema.first_id(:schema.milliseconds(now() - :days * INTERVAL '1 day'))
GROUP BY GROUPING SETS ((workflow_type), ())
