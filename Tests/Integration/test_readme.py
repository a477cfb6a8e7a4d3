"""The README's examples, to the letter but for the address."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from harness import stubs
from harness.identifiers import fresh_user
from harness.server import executable

README = (stubs.REPOSITORY / "README.md").read_text()


def example(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = (block for block in blocks if containing in block)
    return found


@pytest.fixture
def repository(server, tmp_path):
    """A folder that stands as the repository does where the server was started in it."""
    (tmp_path / ".workflow-history").symlink_to(server.data)
    return tmp_path


def environment(server) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(pathlib.Path(stubs.service_pb2.__file__).parents[2]),
        "WORKFLOW_HISTORY_TOKEN": server.token(fresh_user()),
    }


@pytest.mark.parametrize("containing", ["alias workflow-history", "ID=$(workflow-history save"])
def test_the_commands_do_what_they_say(server, repository, containing):
    lines = example("sh", containing).splitlines(keepends=True)
    commands = "".join(line for line in lines if not line.startswith("alias"))
    script = f'set -eu\nworkflow-history() {{ "{executable()}" "$@"; }}\n{commands}'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=repository,
        env=environment(server),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "wf-123" in done.stdout


def test_the_python_example_makes_every_call(server, repository):
    script = example("python", "WorkflowHistoryServiceStub")
    script = script.replace("localhost:50051", f"localhost:{server.port}")
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=repository,
        env=environment(server),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "WORKFLOW_STATUS_COMPLETED" in done.stdout
    assert "total: 1" in done.stdout
    assert "very_fast" in done.stdout
