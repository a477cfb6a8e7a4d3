"""The README's examples, to the letter but for the address."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from harness import curl, stubs
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


@pytest.fixture(scope="module")
def answers_by_http(server, tmp_path_factory) -> list[list]:
    """What the examples of curl print, block by block, as the JSON values in each, for a user who
    has an execution of another type already."""
    user = fresh_user()
    earlier = {"workflowId": "wf-1", "workflowType": "report", "status": "WORKFLOW_STATUS_PENDING"}
    curl.ask(server, "POST", "/v1/executions", token=server.token(user), body=earlier)
    section = README.partition("### By HTTP and JSON")[2].partition("\n### ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".workflow-history").symlink_to(server.data)
    script = "\nprintf '\\n====\\n'\n".join(blocks)
    script = script.replace("localhost:50051", f"localhost:{server.port}").replace(
        "--user ann", f"--user {user}"
    )
    # A shell that reads a script expands aliases only when it is told to, and only in later lines.
    commands = f'workflow-history() {{ "{executable()}" "$@"; }}\n{script}'
    done = subprocess.run(
        ["bash", "-O", "expand_aliases", "-eu", "-o", "pipefail"],
        cwd=folder,
        env=environment(server),
        input=commands,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [values(printed) for printed in done.stdout.split("\n====\n")]


def values(printed: str) -> list:
    """The JSON values of a text, one after the other, also as the data of events."""
    decoder, found = json.JSONDecoder(), []
    text = re.sub(r"^(data: |(id|event): .*\n)", "", printed, flags=re.MULTILINE).strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def test_curl_saves_reads_and_changes(answers_by_http):
    read, beat, changed = answers_by_http[0]
    assert read["execution"]["inputData"] == {"rows": 10}
    assert read["execution"]["status"] == "WORKFLOW_STATUS_RUNNING"
    assert beat == {}
    assert changed["execution"]["id"] == read["execution"]["id"]
    assert changed["execution"]["status"] == "WORKFLOW_STATUS_COMPLETED"
    assert changed["execution"]["outputData"] == {"written": 10}


def test_curl_reads_pages_and_figures(answers_by_http):
    filtered, second, statistics, metrics = answers_by_http[1]
    (execution,) = filtered["executions"]
    assert execution["workflowType"] == "etl"
    assert [one["workflowType"] for one in second["executions"]] == ["report"]
    assert statistics["statistics"]["completedExecutions"] == "1"
    assert len(metrics["metrics"]["executionTimeDistribution"]) == 5


def test_curl_exports_and_watches(answers_by_http):
    exported, first, *ends = answers_by_http[2]
    assert [one["execution"]["workflowId"] for one in exported["executions"]] == ["wf-1", "wf-123"]
    assert first["changes"] == [] and first["resumeToken"]
    line, event, status = ends
    assert line["error"]["code"] == status["code"] == 4
    assert event["resumeToken"]


def test_curl_is_told_what_was_refused(answers_by_http):
    (told,) = answers_by_http[3]
    assert told == json.loads(example("json", "execution.workflow_type"))


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
