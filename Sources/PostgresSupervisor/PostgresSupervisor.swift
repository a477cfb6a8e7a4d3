// The PostgresSupervisor room.
