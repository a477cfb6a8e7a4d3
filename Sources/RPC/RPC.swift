// The RPC room.
