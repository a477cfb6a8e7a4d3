// The HTTP2 room.
