import os

# Servers are killed on purpose here: gRPC need not tell of each connection that it loses. Read
# when grpc is first imported, by what follows.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
