-- A UUIDv7: 48 bits of milliseconds over a random UUIDv4, whose version 4 becomes 7.
CREATE SCHEMA IF NOT EXISTS :schema;
CREATE FUNCTION :schema.uuid_v7(milliseconds bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(milliseconds) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;
