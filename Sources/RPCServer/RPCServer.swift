// The RPCServer room.
