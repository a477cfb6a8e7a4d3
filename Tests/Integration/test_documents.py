"""The examples of the README and of docs/, to the letter but for the address, and where links
lead."""

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

README = stubs.REPOSITORY / "README.md"
DOCUMENTS = [
    README,
    *sorted((stubs.REPOSITORY / "docs").glob("*.md")),
    stubs.REPOSITORY / "clients" / "python" / "README.md",
]


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def example(language: str, containing: str) -> str:
    """The one example of a language that has this in it."""
    texts = [document.read_text() for document in DOCUMENTS[:-1]]
    (found,) = (block for text in texts for block in blocks(language, text) if containing in block)
    return found


def clients() -> list[tuple[str, list[str]]]:
    """Of each client of the table, where its link leads, and its lines."""
    table = r"^\| \[.*?\]\((.*?)\) \| `(.*)` \|$"
    rows = re.findall(table, README.read_text(), re.MULTILINE)
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


def run(server, folder: pathlib.Path, script: str) -> str:
    """What a script prints where the program is on the path and `folder` the repository."""
    lines = script.replace("localhost:50051", f"localhost:{server.port}").splitlines(keepends=True)
    script = "".join(line for line in lines if not line.startswith("alias workflow-history="))
    # A shell that reads a script expands aliases only when it is told to, and only in later lines.
    done = subprocess.run(
        ["bash", "-O", "expand_aliases", "-eu", "-o", "pipefail"],
        cwd=folder,
        env=environment(server),
        input=f'workflow-history() {{ "{executable()}" "$@"; }}\n{script}',
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "containing", ["alias workflow-history", "ID=$(workflow-history save", "v1/executions --json"]
)
def test_the_readme_s_examples_do_what_they_say(server, repository, containing):
    (script,) = (block for block in blocks("sh", README.read_text()) if containing in block)
    assert "wf-123" in run(server, repository, script)


def test_the_operator_s_examples_do_what_they_say(own_server, tmp_path):
    (tmp_path / ".workflow-history").symlink_to(own_server.data)
    own_server.client(fresh_user()).save()
    for containing in ("rollups verify", "retention --retain", "seal --payload-key-file"):
        assert run(own_server, tmp_path, example("sh", containing))
    keys = (tmp_path / "payload-keys").read_text()
    assert re.fullmatch(r"2026-11 [\w-]{43}\n", keys)
    assert own_server.postgres().psql("SELECT sealed_with FROM workflow_executions") == "2026-11"


# The export of two executions, the first message and the end of one watch, and those of another.
WATCHED = 5


@pytest.fixture(scope="module")
def answers_by_http(server, tmp_path_factory) -> list[list]:
    """What the examples of curl print, block by block, as the JSON values in each. Their watches
    begin within the second that they have, or have some more on a busy machine."""
    for seconds in (1, 10, 30):
        answers = run_by_http(server, tmp_path_factory.mktemp("examples"), seconds)
        if len(answers[2]) == WATCHED:
            break
    return answers


def run_by_http(server, folder: pathlib.Path, seconds: int) -> list[list]:
    """The same for a user who has an execution of another type already."""
    user = fresh_user()
    earlier = {"workflowId": "wf-1", "workflowType": "report", "status": "WORKFLOW_STATUS_PENDING"}
    curl.ask(server, "POST", "/v1/executions", token=server.token(user), body=earlier)
    examples = blocks("sh", (stubs.REPOSITORY / "docs" / "http.md").read_text())
    (folder / ".workflow-history").symlink_to(server.data)
    script = "\nprintf '\\n====\\n'\n".join(examples).replace("--user ann", f"--user {user}")
    script = script.replace("grpc-timeout: 1S", f"grpc-timeout: {seconds}S")
    return [values(printed) for printed in run(server, folder, script).split("\n====\n")]


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
    read, beat, beat_again, changed = answers_by_http[0]
    assert read["execution"]["inputData"] == {"rows": 10}
    assert read["execution"]["status"] == "WORKFLOW_STATUS_RUNNING"
    assert beat == beat_again == {}
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
    if "#" in link:
        tested = example("python", "WorkflowHistoryServiceStub")
    elif place.is_dir():
        files = (path for path in sorted(place.rglob("*")) if path.is_file())
        tested = "".join(path.read_text() for path in files)
    else:
        tested = place.read_text()
    for line in lines:
        assert spaceless(line) in spaceless(tested)


def anchors(document: pathlib.Path) -> set[str]:
    """What may stand behind the `#` of a link to it: its headings, as GitHub spells them."""
    code = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", code, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(document: pathlib.Path) -> list[tuple[str, pathlib.Path, str]]:
    """Those of a document to others: as they stand, where they lead, and what is behind `#`."""
    found = re.findall(r"\]\(((?!https?:)[^)#\s]*)(?:#([^)\s]+))?\)", document.read_text())
    return [
        (f"{path}#{anchor}", (document.parent / path).resolve() if path else document, anchor)
        for path, anchor in found
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    for link, place, anchor in links(document):
        assert place.exists(), link
        assert not anchor or anchor in anchors(place), link


def test_every_document_is_linked_by_another():
    linked = {place for document in DOCUMENTS for _, place, _ in links(document)}
    assert [document.name for document in DOCUMENTS if document not in {README, *linked}] == []
