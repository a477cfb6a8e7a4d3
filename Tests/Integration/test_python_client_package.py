"""The Python client as pip installs it, and its README's examples but for the address."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from harness import stubs, tokens
from harness.client import COMPLETED, parsed
from harness.identifiers import fresh_user

SOURCE = stubs.REPOSITORY / "clients" / "python"
README = (SOURCE / "README.md").read_text()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder in which the package is installed, without what it needs."""
    root = tmp_path_factory.mktemp("package")
    # Building leaves files beside the sources.
    shutil.copytree(SOURCE, root / "source")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--target", root / "here", root / "source"],
        check=True,
        timeout=300,
    )
    return root / "here"


def run(code: str, installed: pathlib.Path, folder: pathlib.Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def example(containing: str) -> str:
    [found] = (
        block
        for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL)
        if containing in block
    )
    return found


def test_the_installed_package_is_whole_and_typed(installed, tmp_path):
    source = SOURCE / "src" / "workflow_history_client"
    written = {path.name for path in source.rglob("*") if path.suffix in (".py", ".pyi", ".typed")}
    packed = {path.name for path in (installed / "workflow_history_client").rglob("*")}
    assert written - packed == set()
    said = run(
        "import workflow_history_client as c; print(c.__file__, c.WorkflowHistoryService.__doc__)",
        *(installed, tmp_path),
    )
    assert str(installed) in said


def test_it_goes_together_with_generated_code_of_the_callers_own(installed, tmp_path):
    generated = pathlib.Path(stubs.service_pb2.__file__).parents[2]
    code = f"""
import sys
sys.path.append({str(generated)!r})
from workflow_history.v1 import workflow_history_service_pb2 as theirs
from workflow_history_client._protos import workflow_history_service_pb2 as ours
request = ours.GetWorkflowExecutionRequest(id="a")
print(theirs.GetWorkflowExecutionRequest.FromString(request.SerializeToString()).id)
"""
    assert run(code, installed, tmp_path) == "a\n"


@pytest.fixture
def repository(server, tmp_path):
    """A folder that stands as the repository does where the server was started in it."""
    folder = tmp_path / ".workflow-history"
    folder.mkdir()
    (folder / "tls").symlink_to(server.data / "tls")
    (folder / "server.sock").symlink_to(server.socket)
    return tmp_path


def test_the_example_makes_every_call(server, installed, repository):
    code = example("list_learned_patterns").replace("localhost:50051", f"localhost:{server.port}")
    said = run(code, installed, repository, WORKFLOW_HISTORY_TOKEN=server.token(fresh_user()))
    for expected in (
        "'written': 10",
        "'total': 1",
        "'success_rate': 100.0",
        "Performance is good!",
    ):
        assert expected in said, expected


def test_the_example_of_errors_names_the_field(server, installed, repository):
    code = example("field_violations")
    said = run(code, installed, repository, WORKFLOW_HISTORY_TOKEN=server.token(fresh_user()))
    assert said.startswith("days ")


def test_the_example_of_a_recorder_records_a_run(client, installed, repository):
    code = example("ExecutionRecorder(")
    said = run(code, installed, repository, WORKFLOW_HISTORY_TOKEN=client.token)
    done = client.get(said.strip())
    assert done.status == COMPLETED
    assert [task["task_name"] for task in parsed(done.task_results)] == ["fetch", "load"]
    assert parsed(done.output_data) == {"written": 10}


def test_the_example_of_a_watch_tells_of_changes_until_the_last(client, installed, repository):
    code = example("watch_workflow_executions(")
    said = run(code, installed, repository, WORKFLOW_HISTORY_TOKEN=client.token)
    kinds = [line.split()[0] for line in said.splitlines()]
    assert kinds == ["CREATED", "UPDATED"]


def test_the_example_of_an_export_imports_it_elsewhere(client, own_server, installed, repository):
    saved = client.save(workflow_type="etl")
    client.save(workflow_type="ml")
    (repository / "other").mkdir()
    (repository / "other" / "server.sock").symlink_to(own_server.socket)
    code = example("import_workflow_executions(")
    importing = own_server.token("importer", scope=tokens.IMPORT)
    environment = {"WORKFLOW_HISTORY_TOKEN": client.token, "OTHER_TOKEN": importing}
    assert run(code, installed, repository, **environment) == "1 executions\n"
    history = own_server.client(client.user).history()
    assert [one.id for one in history.executions] == [saved.id]


def test_the_example_of_many_saves_saves_them(client, installed, repository):
    code = example("save_workflow_executions(")
    assert run(code, installed, repository, WORKFLOW_HISTORY_TOKEN=client.token) == ""
    assert client.history(include_total=True).total == 10_000
