"""The Python classes of gRPC's own test protos, which Debian's grpc-proto installs."""

import pathlib

import grpc

from harness.stubs import generate

ROOT = pathlib.Path("/usr/share/grpc-proto")
PROTOS = [ROOT / "grpc" / "testing" / f"{name}.proto" for name in ("empty", "messages", "test")]

# Their package is grpc.testing, and grpc is a package of its own already: it takes them in.
grpc.__path__.append(str(generate(ROOT, PROTOS) / "grpc"))

from grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402

__all__ = ["empty_pb2", "messages_pb2", "test_pb2_grpc"]
