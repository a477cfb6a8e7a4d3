// The PostgresHistoryStore room.
