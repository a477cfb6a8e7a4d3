"""What the integration tests stand on: a real server, stock gRPC clients, and raw HTTP/2."""
