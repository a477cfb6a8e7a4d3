// The ProtobufMessages room.
