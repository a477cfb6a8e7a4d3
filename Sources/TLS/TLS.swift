// The TLS room.
