// The Identity room.
