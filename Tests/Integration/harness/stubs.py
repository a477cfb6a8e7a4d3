"""The Python classes of Protos/, made by grpcio-tools when the tests start."""

import hashlib
import pathlib
import sys

from grpc_tools import protoc

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
PROTOS = REPOSITORY / "Protos"


def generate(root: pathlib.Path, protos: list[pathlib.Path]) -> pathlib.Path:
    """Makes the classes of these files, which import each other from the root, under .build, in a
    folder named for what they say; returns the folder."""
    digest = hashlib.sha256(b"".join(proto.read_bytes() for proto in protos)).hexdigest()[:16]
    folder = REPOSITORY / ".build" / "python-stubs" / digest
    finished = folder / "finished"
    if not finished.exists():
        folder.mkdir(parents=True, exist_ok=True)
        well_known = pathlib.Path(protoc.__file__).parent / "_proto"
        result = protoc.main(
            ["protoc", f"-I{root}", f"-I{well_known}"]
            + [f"--python_out={folder}", f"--grpc_python_out={folder}"]
            + [str(proto) for proto in protos]
        )
        if result != 0:
            raise RuntimeError(f"grpcio-tools refused the files under {root}")
        finished.touch()
    return folder


sys.path.insert(0, str(generate(PROTOS, sorted(PROTOS.rglob("*.proto")))))

from workflow_history.v1 import workflow_archive_pb2 as archive_pb2  # noqa: E402
from workflow_history.v1 import workflow_changes_pb2 as changes_pb2  # noqa: E402
from workflow_history.v1 import workflow_execution_pb2 as execution_pb2  # noqa: E402
from workflow_history.v1 import workflow_history_service_pb2 as service_pb2  # noqa: E402
from workflow_history.v1 import workflow_history_service_pb2_grpc as service_grpc  # noqa: E402
from workflow_history.v1 import workflow_patterns_pb2 as patterns_pb2  # noqa: E402
from workflow_history.v1 import workflow_statistics_pb2 as statistics_pb2  # noqa: E402

__all__ = [
    "archive_pb2",
    "changes_pb2",
    "execution_pb2",
    "generate",
    "patterns_pb2",
    "service_grpc",
    "service_pb2",
    "statistics_pb2",
]
