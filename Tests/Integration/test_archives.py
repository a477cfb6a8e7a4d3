"""Executions that are exported and imported, by a stock client."""

import grpc
import pytest
from google.rpc import code_pb2

from harness import tokens
from harness.client import (
    COMPLETED,
    FAILED,
    PATIENCE,
    RUNNING,
    Client,
    document,
    execution,
    refused,
)
from harness.identifiers import fresh_user, timestamp, uuid7
from harness.stubs import archive_pb2, execution_pb2, service_pb2


def begin_export(client: Client, **fields):
    request = service_pb2.ExportWorkflowExecutionsRequest(**fields)
    return client.stub.ExportWorkflowExecutions(
        request, metadata=client.metadata, timeout=PATIENCE
    )


def export(client: Client, **fields) -> list[archive_pb2.ArchivedExecution]:
    return [one for answer in begin_export(client, **fields) for one in answer.executions]


def imported(client: Client, *portions) -> list:
    requests = [service_pb2.ImportWorkflowExecutionsRequest(executions=one) for one in portions]
    answers = client.stub.ImportWorkflowExecutions(
        iter(requests), metadata=client.metadata, timeout=PATIENCE
    )
    return [list(answer.outcomes) for answer in answers]


@pytest.fixture
def importer(server):
    """One who may import, and do nothing else but read what is theirs."""
    return server.client(fresh_user(), scope=tokens.IMPORT)


def save_each(client: Client, count: int, size: int):
    """Saves executions with a document of so many bytes each."""
    big = document("x" * size)
    client.save_many([[execution(id=uuid7(), input_data=big)] for _ in range(count)])


def archived(owner: Client, **fields) -> archive_pb2.ArchivedExecution:
    """As an export would have it."""
    fields = {"id": uuid7(), "status": COMPLETED, "user_id": owner.user} | fields
    return archive_pb2.ArchivedExecution(execution=execution(**fields))


def test_an_export_has_each_execution_that_meets_the_filters_once_by_id(any_client):
    sent = [
        execution(id=uuid7(), workflow_id=f"wf-{n % 3}", status=[COMPLETED, FAILED][n % 2])
        for n in range(1200)
    ]
    any_client.save_many([sent[:1000], sent[1000:]])
    found = export(any_client)
    assert [one.execution.id for one in found] == sorted(one.id for one in sent)
    some = export(any_client, workflow_id="wf-1", statuses=[FAILED])
    expected = [one for one in sent if one.workflow_id == "wf-1" and one.status == FAILED]
    assert [one.execution.id for one in some] == sorted(one.id for one in expected)
    for one in (found[0], found[-1]):
        assert one.execution == any_client.get(one.execution.id)
        assert len(one.save_digest) == 32


def test_an_export_tells_in_its_first_answer_how_many_there_are(client):
    save_each(client, 40, 100_000)
    answers = list(begin_export(client, include_total=True))
    assert [answer.total for answer in answers] == [40] + [0] * (len(answers) - 1)
    assert len(answers) > 3
    assert sum(len(answer.executions) for answer in answers) == 40
    assert all(answer.total == 0 for answer in begin_export(client))


def test_an_export_is_of_one_instant_whatever_is_written_meanwhile(client):
    save_each(client, 30, 300_000)
    answers = begin_export(client)
    first = next(answers)
    for one in client.history(page_size=30).executions:
        client.delete(one.id)
    client.save(status=RUNNING)
    found = list(first.executions) + [one for answer in answers for one in answer.executions]
    assert len(found) == 30
    assert all(one.execution.input_data.json for one in found)
    assert len(export(client)) == 1


def test_an_export_that_nobody_reads_on_holds_up_nobody(client, stranger):
    save_each(client, 30, 1_000_000)
    answers = begin_export(client)
    next(answers)
    stranger.save(status=RUNNING)
    assert len(export(stranger)) == 1
    answers.cancel()
    assert len(export(client)) == 30


def test_what_is_imported_is_there_as_it_was(client, importer, operator):
    rows = [
        archived(client, version=7, updated_at=timestamp("2020-01-01T00:00:00.123456Z")),
        archived(client, status=RUNNING, error_message="no", duration_seconds={"value": 0.1}),
    ]
    rows[0].save_digest = bytes(range(32))
    [outcomes] = imported(importer, rows)
    assert [outcome.id for outcome in outcomes] == [one.execution.id for one in rows]
    assert not any(outcome.HasField("refusal") for outcome in outcomes)
    first, second = (client.get(one.execution.id) for one in rows)
    assert (first.version, first.updated_at) == (7, rows[0].execution.updated_at)
    assert not first.HasField("start_time") and not first.HasField("end_time")
    assert (second.version, second.duration_seconds.value) == (1, 0.1)
    assert second.updated_at == second.created_at
    digests = {one.execution.id: one.save_digest for one in export(client)}
    assert digests[first.id] == bytes(range(32)) != digests[second.id]
    updated = client.update(second.id, status=COMPLETED)
    assert updated.version == 2


def test_an_execution_of_any_age_is_imported_and_counted_where_it_belongs(client, importer):
    old = archived(client, id=uuid7(timestamp("2011-05-06T07:08:09Z").ToSeconds()))
    [[outcome]] = imported(importer, [old])
    assert not outcome.HasField("refusal")
    assert client.get(outcome.id).created_at == timestamp("2011-05-06T07:08:09Z")
    assert client.history(include_total=True).total == 1
    assert client.statistics(days=365).total_executions == 0
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.save(id=old.execution.id)


def test_what_is_there_already_is_left_as_it_is(client, importer):
    row = archived(client)
    imported(importer, [row])
    client.update(row.execution.id, status=FAILED)
    exported = export(client)[0]
    [same, changed] = imported(importer, [row], [exported])
    assert not same[0].HasField("refusal") and not changed[0].HasField("refusal")
    assert client.get(row.execution.id).version == 2
    other = archived(client, id=row.execution.id, workflow_id="another")
    [[outcome]] = imported(importer, [other])
    assert outcome.refusal.code == code_pb2.ALREADY_EXISTS


def test_a_save_that_is_sent_again_is_known_where_it_was_imported(client, own_server):
    sent = execution(id=uuid7(), status=RUNNING)
    client.save(sent)
    rows = export(client)
    imported(own_server.client("importer", scope=tokens.IMPORT), rows)
    there = own_server.client(client.user)
    assert there.save(sent).id == sent.id
    with refused(grpc.StatusCode.ALREADY_EXISTS):
        there.save(id=sent.id, status=RUNNING, workflow_id="another")


def test_an_import_tells_which_fields_are_to_blame_and_imports_the_others(client, importer):
    good = archived(client)
    bad = archive_pb2.ArchivedExecution(
        execution=execution_pb2.WorkflowExecution(id="no id"), save_digest=b"short"
    )
    [outcomes] = imported(importer, [bad, archive_pb2.ArchivedExecution(), good])
    assert [outcome.refusal.code for outcome in outcomes] == [code_pb2.INVALID_ARGUMENT] * 2 + [0]
    fields = [violation.field for violation in outcomes[0].refusal.field_violations]
    assert fields == ["execution.id"]
    assert client.history(include_total=True).total == 1


def test_importing_needs_its_scope_and_no_other(server, client):
    user = fresh_user()
    for scope in (None, tokens.ANY_USER):
        with refused(grpc.StatusCode.PERMISSION_DENIED):
            imported(server.client(user, scope=scope), [archived(client)])
    assert client.history(include_total=True).total == 0
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        imported(Client(server.channel(), "", None), [archived(client)])


@pytest.mark.parametrize("fields", [{"user_id": "VICTIM"}, {"all_users": True}])
def test_nobody_exports_what_is_not_theirs_without_the_scope(server, client, fields):
    client.save(workflow_id="of-the-victim")
    if "user_id" in fields:
        fields = {"user_id": client.user}
    for scope in (None, tokens.READ_WRITE, tokens.IMPORT):
        with refused(grpc.StatusCode.PERMISSION_DENIED):
            export(server.client(fresh_user(), scope=scope), **fields)
    found = export(server.client(fresh_user(), scope="history:any"), **fields)
    assert "of-the-victim" in [one.execution.workflow_id for one in found]


def test_more_exports_at_once_than_the_server_takes_are_told_to_come_later(own_server):
    client = own_server.client("alice")
    save_each(client, 20, 1_000_000)
    running = []
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED) as error:
        for _ in range(20):
            running.append(begin_export(own_server.client("alice")))
            next(running[-1])
    assert "try again" in error.value.details()
    assert 1 <= len(running) < 20
    for one in running:
        one.cancel()
