-- A schema with the tables of executions and of their changes as they are, but empty and of no
-- server's: the same columns, checks, partitions and indexes, but for the index `without`.
DROP SCHEMA IF EXISTS :schema CASCADE;
CREATE SCHEMA :schema;

CREATE FUNCTION pg_temp.make_like(original text, schema text, without text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  part record;
  definition text;
BEGIN
  EXECUTE format(
    'CREATE TABLE %I.%I (LIKE public.%2$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'
      ' PARTITION BY %s',
    schema, original, pg_get_partkeydef(format('public.%I', original)::regclass));
  FOR part IN
    SELECT relname AS name, pg_get_expr(relpartbound, oid) AS bounds
    FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent = format('public.%I', original)::regclass
  LOOP
    EXECUTE format('CREATE TABLE %1$I.%2$I PARTITION OF %1$I.%3$I %4$s',
      schema, part.name, original, part.bounds);
  END LOOP;
  FOR definition IN
    SELECT indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = original AND indexname <> without
  LOOP
    EXECUTE replace(definition, ' ON ONLY public.', format(' ON %I.', schema));
  END LOOP;
END
$$;

SELECT pg_temp.make_like('workflow_executions', :'schema', :'without');
SELECT pg_temp.make_like('workflow_execution_changes', :'schema', :'without');
