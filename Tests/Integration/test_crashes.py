"""What was acknowledged stays, whatever is killed."""

import os
import signal

import grpc
import pytest

from harness.client import Client, document, execution, refused, retry_delay
from harness.identifiers import fresh_user, uuid7
from harness.load import Load, assert_nothing_is_lost
from harness.server import wait_until
from harness.stubs import service_pb2
from harness.wire import framed, over_tls, over_unix


def wait_for_load(load: Load, more: int = 300):
    enough = len(load.acknowledged) + more
    wait_until(lambda: len(load.acknowledged) >= enough, what=f"{more} acknowledged saves")


def answers(client: Client) -> bool:
    try:
        client.save()
    except grpc.RpcError:
        return False
    return True


def test_kill_9_of_the_server_under_load_loses_nothing_acknowledged(own_server):
    user = fresh_user()
    acknowledged = {}
    for transport in ("tls", "unix"):
        with Load(own_server.client(user, transport)).running() as load:
            wait_for_load(load)
            assert own_server.stop(signal.SIGKILL) == -signal.SIGKILL
        acknowledged |= load.acknowledged
        own_server.start()
        assert len(own_server.postmasters()) == 1
        assert_nothing_is_lost(acknowledged, own_server.client(user))


def test_kill_9_of_postgres_under_load_is_unavailable_then_over_and_loses_nothing(own_server):
    client = own_server.client(fresh_user())
    with Load(client).running() as load:
        wait_for_load(load)
        (postmaster,) = own_server.postmasters()
        os.kill(postmaster, signal.SIGKILL)
        wait_until(lambda: load.refusals, what="a refusal")
        wait_for_load(load)
    assert load.codes == {grpc.StatusCode.UNAVAILABLE}
    assert any(retry_delay(refusal) for refusal in load.refusals)
    (restarted,) = own_server.postmasters()
    assert restarted != postmaster
    assert_nothing_is_lost(load.acknowledged, client)
    assert own_server.stop() == 0


def test_kill_9_of_one_backend_is_over_at_once_and_loses_nothing(own_server):
    client = own_server.client(fresh_user())
    with Load(client).running() as load:
        wait_for_load(load)
        (postmaster,) = own_server.postmasters()
        victim = own_server.backends()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: load.refusals, what="a refusal")
        wait_for_load(load)
    assert load.codes == {grpc.StatusCode.UNAVAILABLE}
    assert own_server.postmasters() == [postmaster]
    assert_nothing_is_lost(load.acknowledged, client)


def test_kill_9_of_both_loses_nothing_acknowledged(own_server):
    user = fresh_user()
    with Load(own_server.client(user)).running() as load:
        wait_for_load(load)
        for postmaster in own_server.postmasters():
            os.kill(postmaster, signal.SIGKILL)
        own_server.stop(signal.SIGKILL)
    own_server.start()
    assert len(own_server.postmasters()) == 1
    assert_nothing_is_lost(load.acknowledged, own_server.client(user))


def test_a_save_whose_answer_was_lost_is_made_once_when_it_is_sent_again(own_server):
    user = fresh_user()
    client = own_server.client(user)
    sent = [execution(id=uuid7(), input_data=document(n)) for n in range(200)]
    for one in sent[:100]:
        client.save(one)
    own_server.stop(signal.SIGKILL)
    client = own_server.start().client(user)
    for one in sent:
        client.save(one)
    assert client.statistics().total_executions == 200


def test_reads_are_unavailable_with_a_delay_while_postgres_is_away(own_server):
    client = own_server.client(fresh_user())
    saved = client.save()
    (postmaster,) = own_server.postmasters()
    os.kill(postmaster, signal.SIGKILL)

    def refusal():
        try:
            client.get(saved.id)
        except grpc.RpcError as error:
            return error
        return None

    error = wait_until(refusal, what="a refusal")
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert retry_delay(error) > 0
    wait_until(lambda: refusal() is None, what="recovery")
    assert client.get(saved.id) == saved


def test_sigterm_under_load_ends_cleanly_and_loses_nothing_acknowledged(own_server):
    user = fresh_user()
    with Load(own_server.client(user)).running() as load:
        wait_for_load(load)
        own_server.process.send_signal(signal.SIGTERM)
        status = own_server.process.wait(timeout=60)
    assert status == 0, own_server.log
    assert own_server.postmasters() == []
    assert load.codes <= {grpc.StatusCode.UNAVAILABLE}
    own_server.start()
    assert_nothing_is_lost(load.acknowledged, own_server.client(user))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_restart_keeps_the_data_the_secret_and_the_authority(own_server, stop):
    client = own_server.client(fresh_user())
    saved = client.save(input_data=document([1]))
    page = client.history(page_size=1, include_total=True)
    kept = (own_server.secret, own_server.ca)
    own_server.stop(stop)

    again = Client(own_server.start().channel(), client.user, client.token)
    assert (own_server.secret, own_server.ca) == kept
    assert again.get(saved.id) == saved
    assert again.history(page_size=1, include_total=True) == page


def test_a_page_token_is_good_after_a_restart(own_server):
    client = own_server.client(fresh_user())
    saved = [client.save().id for _ in range(4)]
    token = client.history(page_size=2).next_page_token
    own_server.stop()
    again = own_server.start().client(client.user)
    page = again.history(page_size=2, page_token=token)
    assert [row.id for row in page.executions] == [saved[1], saved[0]]
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        own_server.client(fresh_user()).history(page_token=token)


def test_sigterm_lets_a_call_that_has_begun_end_and_refuses_new_connections(own_server):
    token = own_server.token(fresh_user())
    request = service_pb2.SaveWorkflowExecutionRequest(execution=execution()).SerializeToString()
    with over_tls(own_server) as wire:
        stream = wire.begin("SaveWorkflowExecution", token)
        wire.send(stream, framed(request)[:20])
        # An answer on the same connection: the server has read all that came before it.
        assert wire.call("GetWorkflowExecution", token, b"").status != 0

        own_server.process.send_signal(signal.SIGTERM)
        while wire.goaway is None:
            wire.receive()
        wire.send(stream, framed(request)[20:], end=True)
        assert wire.answer(stream).status == 0
        with pytest.raises(OSError):
            over_tls(own_server)
    assert own_server.process.wait(timeout=60) == 0


def test_sigterm_is_not_held_up_by_a_call_that_never_ends(own_server):
    with over_unix(own_server) as wire:
        token = own_server.token(fresh_user())
        wire.begin("SaveWorkflowExecution", token)
        assert wire.call("GetWorkflowExecution", token, b"").status != 0
        assert own_server.stop() == 0
