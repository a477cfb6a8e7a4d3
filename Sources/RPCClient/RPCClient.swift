// The RPCClient room.
