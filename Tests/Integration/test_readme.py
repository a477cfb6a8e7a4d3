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


def clients() -> list[tuple[str, list[str]]]:
    """Of each client of the table, where its link leads, and its lines."""
    rows = re.findall(r"^\| \[.*?\]\((.*?)\) \| `(.*)` \|$", README, re.MULTILINE)
    return [(link, code.split("`<br>`")) for link, code in rows]


def spaceless(code: str) -> str:
    """Code without what formatting adds to it."""
    return re.sub(r"\s", "", code).replace(",)", ")")


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


def test_the_table_has_a_row_for_each_client():
    assert len(clients()) == 6


@pytest.mark.parametrize("link, lines", clients())
def test_the_lines_of_a_client_are_those_that_it_is_tested_with(link, lines):
    place = stubs.REPOSITORY / link
    if link.startswith("#"):
        tested = example("python", "WorkflowHistoryServiceStub")
    elif place.is_dir():
        files = (path for path in sorted(place.rglob("*")) if path.is_file())
        tested = "".join(path.read_text() for path in files)
    else:
        tested = place.read_text()
    for line in lines:
        assert spaceless(line) in spaceless(tested)
