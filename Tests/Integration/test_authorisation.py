"""Nobody reads or changes another user's data, on any method, by any filter or token."""

import grpc
import pytest

from harness import tokens
from harness.client import COMPLETED, FAILED, FULL, document, execution, refused
from harness.identifiers import fresh_user, uuid7

SECRET_TEXT = "not-for-strangers"


@pytest.fixture
def theirs(client):
    """An execution of somebody else's than the stranger."""
    return client.save(
        workflow_id=SECRET_TEXT,
        status=FAILED,
        error_message=SECRET_TEXT,
        input_data=document(SECRET_TEXT),
    )


def assert_denied(call, *arguments, **fields):
    with refused(grpc.StatusCode.PERMISSION_DENIED) as caught:
        call(*arguments, **fields)
    assert SECRET_TEXT not in caught.value.details()
    trailers = dict(caught.value.trailing_metadata())
    assert SECRET_TEXT.encode() not in trailers.get("grpc-status-details-bin", b"")


def test_get_of_anothers_execution_is_denied(stranger, theirs):
    assert_denied(stranger.get, theirs.id)


def test_update_of_anothers_execution_is_denied_and_changes_nothing(client, stranger, theirs):
    assert_denied(stranger.update, theirs.id, status=COMPLETED)
    assert client.get(theirs.id) == theirs


def test_update_by_a_stranger_is_denied_whatever_else_is_wrong_with_it(stranger, theirs):
    assert_denied(stranger.update, theirs.id, expected_version=99, status=COMPLETED)


def test_delete_of_anothers_execution_is_denied_and_changes_nothing(client, stranger, theirs):
    assert_denied(stranger.delete, theirs.id)
    assert_denied(stranger.delete, theirs.id, expected_version=99)
    assert client.get(theirs.id) == theirs


def test_save_under_anothers_id_is_denied_and_changes_nothing(client, stranger, theirs):
    assert_denied(stranger.save, id=theirs.id)
    assert client.get(theirs.id) == theirs


def test_save_of_the_same_content_under_anothers_id_is_denied(client, stranger):
    sent = execution(id=uuid7(), input_data=document(SECRET_TEXT))
    client.save(sent)
    assert_denied(stranger.save, sent)


def test_save_in_anothers_name_is_denied(client, stranger):
    assert_denied(stranger.save, user_id=client.user)
    assert client.statistics().total_executions == 0


def test_a_name_of_the_same_characters_in_other_bytes_is_anothers(server):
    user = fresh_user()
    composed, decomposed = (server.client(user + name) for name in ("\u00e9", "e\u0301"))
    saved = composed.save(workflow_id=SECRET_TEXT)
    for method in (decomposed.save, decomposed.history, decomposed.statistics, decomposed.metrics):
        assert_denied(method, user_id=composed.user)
    assert_denied(decomposed.get, saved.id)
    assert composed.history(include_total=True).total == 1


@pytest.mark.parametrize("method", ["history", "statistics", "metrics"])
def test_anothers_history_statistics_and_metrics_are_denied(client, stranger, theirs, method):
    assert_denied(getattr(stranger, method), user_id=client.user)


def test_no_filter_shows_a_stranger_what_is_anothers(stranger, theirs):
    assert not stranger.history(workflow_id=SECRET_TEXT).executions
    assert not stranger.history(statuses=[FAILED], view=FULL).executions
    assert stranger.history(include_total=True).total == 0
    assert stranger.statistics().total_executions == 0
    assert not stranger.metrics().error_patterns


def test_anothers_page_token_is_refused(client, stranger):
    for _ in range(3):
        client.save()
        stranger.save()
    token = client.history(page_size=1).next_page_token
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        stranger.history(page_size=1, page_token=token)


def test_reading_ones_own_needs_no_scope(server):
    user = fresh_user()
    saved = server.client(user).save()
    reader = server.client(user, scope=None)
    assert reader.get(saved.id) == saved
    assert len(reader.history().executions) == 1
    assert reader.statistics().total_executions == 1
    assert reader.metrics().user_id == user


def test_saving_updating_and_deleting_need_the_scope_to_write(server):
    user = fresh_user()
    saved = server.client(user).save()
    reader = server.client(user, scope=None)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        reader.save()
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        reader.update(saved.id, status=COMPLETED)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        reader.delete(saved.id)
    assert reader.get(saved.id) == saved


def test_the_scope_to_act_for_any_user_does_not_write_by_itself(server, client):
    saved = client.save()
    auditor = server.client(fresh_user(), scope="history:any")
    assert auditor.get(saved.id) == saved
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        auditor.save(user_id=client.user)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        auditor.update(saved.id, status=COMPLETED)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        auditor.delete(saved.id)


def test_scopes_may_be_an_array(server):
    user = fresh_user()
    claims = {"sub": user, "exp": tokens.now() + 60, "scope": ["history:write", "history:any"]}
    client = server.client(user)
    client = type(client)(client.channel, user, tokens.sign(server.secret, claims))
    assert client.save(user_id=fresh_user()).version == 1


def test_an_operator_acts_for_any_user(client, operator):
    saved = operator.save(user_id=client.user, workflow_type="for-another")
    assert saved.user_id == client.user
    assert client.get(saved.id) == saved
    assert operator.get(saved.id) == saved
    assert operator.update(saved.id, status=COMPLETED).user_id == client.user
    assert len(operator.history(user_id=client.user).executions) == 1
    assert operator.statistics(user_id=client.user).completed_executions == 1
    assert operator.metrics(user_id=client.user).user_id == client.user
    assert operator.statistics().total_executions == 0
    operator.delete(saved.id)
    assert client.history(include_total=True).total == 0
