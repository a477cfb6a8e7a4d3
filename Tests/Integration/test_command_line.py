"""The calls from the command line: what a person sees, and what a script gets."""

import json
import os
import pwd
import subprocess

import pytest
from google.protobuf import json_format

from harness import command_line
from harness.identifiers import fresh_user
from harness.server import executable
from harness.stubs import patterns_pb2, service_pb2

SAVE = ["save", "--workflow-id", "wf-123", "--workflow-type", "etl"]


@pytest.fixture
def caller(server):
    """The environment of a new user who calls the shared server."""
    return {
        "WORKFLOW_HISTORY_DATA_DIR": str(server.data),
        "WORKFLOW_HISTORY_TOKEN": server.token(fresh_user()),
    }


def save(caller, *flags: str) -> str:
    return command_line.output(*SAVE, "--id-only", *flags, **caller).strip()


def test_an_execution_is_saved_updated_and_read_back(caller):
    id = save(caller, "--status", "RUNNING", "--input-data", '{"rows": 12345678901234567890}')
    updated = command_line.answer(
        *("update", id, "--status", "completed", "--output-data", "[1, 2]"),
        *("--expected-version", "1"),
        **caller,
    )
    answered = command_line.answer("get", id, **caller)
    assert answered == updated
    execution = answered["execution"]
    assert execution["status"] == "WORKFLOW_STATUS_COMPLETED"
    assert execution["inputData"] == {"json": '{"rows": 12345678901234567890}'}
    assert execution["outputData"] == {"json": "[1, 2]"}
    assert execution["version"] == 2


def test_a_deletion_asks_nothing_and_says_what_it_did(caller):
    ids = [save(caller, "--status", "RUNNING") for _ in range(3)]
    assert command_line.output("delete", ids[0], **caller) == f"id\toutcome\n{ids[0]}\tdeleted\n"
    assert command_line.answer("delete", ids[1], "--expected-version", "1", **caller) == {}
    assert command_line.in_terminal("delete", ids[2], **caller).strip() == f"deleted {ids[2]}"
    assert command_line.answer("history", "--total", **caller)["executions"] == []
    again = command_line.run("delete", ids[0], **caller)
    assert (again.returncode, again.stdout) == (1, "")
    assert "NOT_FOUND" in again.stderr


def test_a_deletion_at_another_version_leaves_the_execution(caller):
    id = save(caller, "--status", "RUNNING")
    refused = command_line.run("delete", id, "--expected-version", "2", **caller)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "ABORTED" in refused.stderr
    assert command_line.answer("get", id, **caller)["execution"]["version"] == 1


@pytest.mark.parametrize(
    ["command", "response"],
    [
        (["history", "--total"], service_pb2.GetUserWorkflowHistoryResponse),
        (["history", "--full"], service_pb2.GetUserWorkflowHistoryResponse),
        (["statistics"], service_pb2.GetWorkflowStatisticsResponse),
        (["metrics"], service_pb2.GetPerformanceMetricsResponse),
        (["patterns", "list"], patterns_pb2.ListLearnedPatternsResponse),
        (["estimate", "--workflow-type", "etl"], patterns_pb2.EstimateWorkflowExecutionResponse),
    ],
)
def test_json_is_the_response_in_the_json_of_protobuf(caller, command, response):
    save(caller, "--status", "FAILED", "--error-message", "no\tdisk é", "--duration-seconds", "0.1")
    save(caller, "--status", "PENDING")
    printed = command_line.answer(*command, **caller)
    read = json_format.ParseDict(printed, response())
    assert json_format.MessageToDict(read, always_print_fields_with_no_presence=True) == printed


def test_an_execution_printed_as_json_is_the_one_that_grpc_reads(server):
    user = fresh_user()
    client = server.client(user)
    caller = {
        "WORKFLOW_HISTORY_DATA_DIR": str(server.data),
        "WORKFLOW_HISTORY_TOKEN": server.token(user),
    }
    id = save(caller, "--status", "FAILED", "--start-time", "2026-05-01T12:00:00.000001+02:00")
    printed = command_line.answer("get", id, **caller)
    read = json_format.ParseDict(printed, service_pb2.GetWorkflowExecutionResponse())
    request = service_pb2.GetWorkflowExecutionRequest(id=id)
    assert read == client.call("GetWorkflowExecution", request)


def test_a_pipe_gets_columns_under_their_names(caller):
    id = save(caller, "--status", "FAILED", "--error-message", "one\nline\tonly")
    header, row = command_line.output("history", **caller).splitlines()
    fields = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert fields["id"] == id
    assert fields["status"] == "FAILED"
    assert fields["error_message"] == r"one\nline\tonly"
    assert f"id\t{id}" in command_line.output("get", id, **caller).splitlines()


def test_a_terminal_gets_a_table_of_its_width_in_colours(caller):
    id = save(caller, "--status", "FAILED", "--error-message", "\x1b[2J" + 300 * "x")
    shown = command_line.in_terminal("history", columns=100, **caller)
    title, row = shown.splitlines()
    assert "\x1b[31mFAILED\x1b[0m" in row
    assert id in row
    assert "\x1b[2J" not in shown
    plain = command_line.in_terminal("history", columns=100, NO_COLOR="1", **caller)
    assert "\x1b" not in plain
    assert all(len(line) <= 100 for line in plain.splitlines())


def test_pages_follow_their_tokens(caller):
    ids = [save(caller, "--status", "RUNNING") for _ in range(3)]
    first = command_line.answer("history", "--page-size", "2", **caller)
    token = first["nextPageToken"]
    second = command_line.answer("history", "--page-size", "2", "--page-token", token, **caller)
    read = [execution["id"] for page in (first, second) for execution in page["executions"]]
    assert read == ids[::-1]
    in_pipe = command_line.run("history", "--page-size", "2", **caller)
    assert f"--page-token {token}" in in_pipe.stderr
    assert token not in in_pipe.stdout


def test_documents_come_from_files_and_from_standard_input(caller, tmp_path):
    (tmp_path / "input.json").write_text('{"from": "file"}\n')
    done = subprocess.run(
        [executable(), *SAVE, "--status", "RUNNING", "--json"]
        + ["--input-data", f"@{tmp_path}/input.json", "--output-data", "@-"],
        env=command_line.environment(**caller),
        input='{"from": "standard input"}',
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    execution = json.loads(done.stdout)["execution"]
    assert json.loads(execution["inputData"]["json"]) == {"from": "file"}
    assert json.loads(execution["outputData"]["json"]) == {"from": "standard input"}


def test_without_a_token_one_is_signed_for_the_user_who_runs_it(server):
    saved = command_line.answer(*SAVE, "--status", "RUNNING", "--data-dir", server.data)
    assert saved["execution"]["userId"] == pwd.getpwuid(os.geteuid()).pw_name


def test_every_address_reaches_the_server(server, caller):
    id = save(caller, "--status", "RUNNING")
    port = server.port
    for address in (f"127.0.0.1:{port}", f"localhost:{port}", f"unix:{server.socket}"):
        assert id in command_line.output("get", id, "--address", address, **caller)


def test_a_refusal_names_each_field_and_ends_with_1(caller):
    done = command_line.run(
        *("save", "--workflow-id", "", "--workflow-type", "etl", "--status", "RUNNING"),
        *("--start-time", "2026-05-02", "--end-time", "2026-05-01"),
        **caller,
    )
    assert (done.returncode, done.stdout) == (1, "")
    first, *fields = done.stderr.splitlines()
    assert first.startswith("workflow-history: INVALID_ARGUMENT")
    assert [line.split(":")[0] for line in fields] == [
        "  execution.workflow_id",
        "  execution.end_time",
    ]


@pytest.mark.parametrize(
    ["arguments", "said"],
    [
        (["get", "01890000-0000-7000-8000-000000000000"], "NOT_FOUND"),
        (["history", "--user", "somebody-else"], "PERMISSION_DENIED"),
        (["history", "--token", "nonsense"], "UNAUTHENTICATED"),
        (["history", "--address", "127.0.0.1:1"], "UNAVAILABLE: 127.0.0.1:1 "),
        (["history", "--address", "nonsense"], "nonsense is no address"),
        (["history", "--ca", "/nonexistent"], "/nonexistent can't be read"),
        (["history", "--data-dir", "/nonexistent"], "no server runs on /nonexistent"),
        ([*SAVE, "--status", "RUNNING", "--input-data", "{bad"], "--input-data: "),
        ([*SAVE, "--status", "RUNNING", "--input-data", "@/nonexistent"], "--input-data: "),
    ],
)
def test_what_goes_wrong_is_one_line_and_status_1(caller, arguments, said):
    done = command_line.run(*arguments, **caller)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("workflow-history: ")
    assert said in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["get", "nonsense"],
        [*SAVE, "--status", "DONE"],
        ["update", "01890000-0000-7000-8000-000000000000"],
        ["delete"],
        ["delete", "01890000-0000-7000-8000-000000000000", "--expected-version", "0"],
        ["history", "--created-after", "yesterday"],
    ],
)
def test_a_usage_error_ends_with_64(caller, arguments):
    assert command_line.run(*arguments, **caller).returncode == 64


@pytest.mark.parametrize(
    "command", ["save", "get", "history", "statistics", "metrics", "update", "delete"]
)
def test_the_help_of_a_command_shows_an_example(command):
    help = command_line.output(command, "--help")
    assert f"Examples:\n  workflow-history {command} " in help
    # The usage is one line, however long.
    lines = [line for line in help.splitlines() if not line.startswith("USAGE: ")]
    assert all(len(line) <= 80 for line in lines)
