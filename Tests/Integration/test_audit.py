"""The audit log: who did what, on whose data, with what outcome, and nothing of what it was."""

import contextlib
import json
import pathlib
import signal

import grpc
import pytest

from harness import curl
from harness.client import COMPLETED, FULL, Client, document, execution, refused
from harness.identifiers import fresh_user, uuid7
from harness.server import Server, wait_until
from harness.stubs import archive_pb2, service_pb2

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PLANTED = "planted-payload"


@pytest.fixture
def server(tmp_path):
    server = Server("--audit-log", str(tmp_path / "audit.jsonl"), "--log-level", "trace")
    server.audit = tmp_path / "audit.jsonl"
    try:
        yield server.start()
    finally:
        server.remove()


def records(server) -> list[dict]:
    return [json.loads(line) for line in server.audit.read_text().splitlines()]


def test_each_write_is_there_when_it_is_answered(server):
    client = server.client(fresh_user())
    saved = client.save()
    client.update(saved.id, status=COMPLETED)
    client.delete(saved.id)
    found = records(server)
    assert [one["method"] for one in found] == [
        "SaveWorkflowExecution",
        "UpdateWorkflowExecution",
        "DeleteWorkflowExecution",
    ]
    for one in found:
        assert (one["caller"], one["execution"], one["outcome"]) == (client.user, saved.id, "OK")
        assert one["peer"].startswith("127.0.0.1:")
        assert one["time"].endswith("Z")
    assert [one.get("user") for one in found[:2]] == [client.user] * 2


def test_reads_that_are_answered_are_not_there_and_refused_ones_are(server):
    owner, stranger = (server.client(fresh_user()) for _ in range(2))
    saved = owner.save()
    owner.get(saved.id)
    owner.history()
    owner.statistics()
    owner.metrics()
    assert len(records(server)) == 1
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        stranger.get(saved.id)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        stranger.history(user_id=owner.user)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        stranger.update(saved.id, status=COMPLETED)
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Client(server.channel(), "", "garbage").statistics()
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        owner.save(workflow_id="")
    *_, got, asked, updated, nobody, bad = records(server)
    assert (got["caller"], got["execution"], got["outcome"]) == (
        stranger.user,
        saved.id,
        "PERMISSION_DENIED",
    )
    assert (asked["method"], asked["user"]) == ("GetUserWorkflowHistory", owner.user)
    assert (updated["execution"], updated["outcome"]) == (saved.id, "PERMISSION_DENIED")
    assert "caller" not in nobody and nobody["outcome"] == "UNAUTHENTICATED"
    assert (bad["caller"], bad["outcome"]) == (owner.user, "INVALID_ARGUMENT")


def test_what_is_refused_by_http_is_there_too(server):
    user = fresh_user()
    for token, data in [(server.token(user), b"{"), (None, b"{"), (server.token(user), b"{}")]:
        curl.ask(server, "POST", "/v1/executions?colour=1", token=token, data=data)
    bad, nobody, unknown = records(server)
    assert (bad["method"], bad["caller"]) == ("SaveWorkflowExecution", user)
    assert "caller" not in nobody and nobody["outcome"] == "UNAUTHENTICATED"
    assert bad["outcome"] == unknown["outcome"] == "INVALID_ARGUMENT"


def test_an_export_is_there_and_each_execution_that_is_imported(server):
    owner, importer = server.client(fresh_user()), server.client("importer", scope="history:import")
    row = execution(id=uuid7(), user_id=owner.user)
    archived = archive_pb2.ArchivedExecution(execution=row)
    request = service_pb2.ImportWorkflowExecutionsRequest(executions=[archived])
    list(importer.stub.ImportWorkflowExecutions(iter([request]), metadata=importer.metadata))
    list(
        owner.stub.ExportWorkflowExecutions(
            service_pb2.ExportWorkflowExecutionsRequest(), metadata=owner.metadata
        )
    )
    found = [
        (one["method"], one["caller"], one.get("execution"), one["outcome"])
        for one in records(server)
    ]
    assert found == [
        ("ImportWorkflowExecutions", "importer", row.id, "OK"),
        ("ImportWorkflowExecutions", "importer", None, "OK"),
        ("ExportWorkflowExecutions", owner.user, None, "OK"),
    ]


def test_an_operator_stands_there_beside_whose_data_it_was(server):
    user = fresh_user()
    operator = server.client(fresh_user(), scope="history:write history:any")
    operator.save(user_id=user)
    [record] = records(server)
    assert (record["caller"], record["user"]) == (operator.user, user)


def test_a_trace_is_told(server):
    client = server.client(fresh_user())
    request = service_pb2.SaveWorkflowExecutionRequest()
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        traced = (*client.metadata, ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"))
        client.stub.SaveWorkflowExecution(request, metadata=traced, timeout=30)
    assert records(server)[0]["trace"] == TRACE


def open_files(server) -> set[str]:
    """What the server's descriptors are of."""
    found = set()
    for descriptor in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()))
    return found


def test_it_goes_on_in_another_file_after_a_rotation(server):
    client = server.client(fresh_user())
    client.save()
    rotated = server.audit.rename(server.audit.with_suffix(".1"))
    client.save()
    assert len(rotated.read_text().splitlines()) == 2
    server.process.send_signal(signal.SIGHUP)
    # The new file is there a moment before it is written to.
    wait_until(lambda: str(rotated) not in open_files(server), what="the end of the old file")
    assert server.audit.stat().st_mode & 0o777 == 0o600
    client.save()
    assert len(records(server)) == 1
    assert len(rotated.read_text().splitlines()) == 2


def test_no_log_and_no_error_has_a_payload_a_token_or_a_secret(server):
    """All that the server writes at its most talkative, and all errors that callers are told."""
    client = server.client(fresh_user())
    documents = {name: document({PLANTED: PLANTED}) for name in ("input_data", "output_data")}
    said = []

    def attempt(body):
        try:
            body()
        except grpc.RpcError as error:
            said.append(f"{error.details()} {error.trailing_metadata()}")

    saved = client.save(error_message=PLANTED, **documents)
    attempt(lambda: client.get(saved.id))
    attempt(lambda: client.history(view=FULL))
    attempt(lambda: client.update(saved.id, error_message=PLANTED + "2", expected_version=9))
    attempt(lambda: client.update(saved.id, output_data=document(PLANTED), status=COMPLETED))
    attempt(lambda: client.save(id=saved.id, input_data=document(PLANTED + "other")))
    attempt(lambda: client.save(id="no-id", error_message=PLANTED + "\0"))
    attempt(lambda: client.save(error_message=PLANTED * 6000, id=uuid7()))
    bad = document(PLANTED)
    bad.json = '{"' + PLANTED + '": '
    attempt(lambda: client.save(input_data=bad))
    bad.json = f'"{PLANTED}\\u0000"'
    attempt(lambda: client.save(input_data=bad))
    good = client.token
    for token in (good[:-3] + "abc", good + "x", PLANTED + "." + PLANTED + ".x"):
        attempt(Client(server.channel(), "", token).statistics)
    # The database's own words are the most talkative: a type that it can't cast, a lost connection.
    server.postgres().psql("ALTER TABLE workflow_executions RENAME TO gone")
    attempt(lambda: client.save(error_message=PLANTED, **documents))
    attempt(lambda: client.get(saved.id))
    server.postgres().psql("ALTER TABLE gone RENAME TO workflow_executions")
    assert len(said) >= 10
    server.stop()
    postgres_log = (server.data / "postgres.log").read_text(errors="replace")
    everything = "\n".join([server.log, server.audit.read_text(), *said])
    assert "a call was refused" in server.log
    for secret in (PLANTED, good, good.split(".")[2], server.secret.decode().strip()):
        assert secret not in everything
        assert secret not in postgres_log
