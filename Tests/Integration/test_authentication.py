"""Who is let in: tokens, good and bad."""

import time

import grpc
import pytest

from harness import tokens
from harness.client import Client, refused
from harness.stubs import patterns_pb2, service_pb2

EVERY_CALL = {
    "SaveWorkflowExecution": service_pb2.SaveWorkflowExecutionRequest(),
    "GetWorkflowExecution": service_pb2.GetWorkflowExecutionRequest(),
    "GetUserWorkflowHistory": service_pb2.GetUserWorkflowHistoryRequest(),
    "GetWorkflowStatistics": service_pb2.GetWorkflowStatisticsRequest(),
    "GetPerformanceMetrics": service_pb2.GetPerformanceMetricsRequest(),
    "UpdateWorkflowExecution": service_pb2.UpdateWorkflowExecutionRequest(),
    "HeartbeatWorkflowExecution": service_pb2.HeartbeatWorkflowExecutionRequest(),
    "DeleteWorkflowExecution": service_pb2.DeleteWorkflowExecutionRequest(),
    "ListLearnedPatterns": patterns_pb2.ListLearnedPatternsRequest(),
    "EstimateWorkflowExecution": patterns_pb2.EstimateWorkflowExecutionRequest(),
}


def a_minute(ahead: int = 1) -> int:
    return int(time.time()) + 60 * ahead


BAD_TOKENS = {
    "garbage": lambda secret: "garbage",
    "three parts of garbage": lambda secret: "a.b.c",
    "alg none": lambda secret: tokens.unsigned({"sub": "ann", "exp": a_minute()}),
    "expired": lambda secret: tokens.sign(secret, {"sub": "ann", "exp": a_minute(-10)}),
    "no exp": lambda secret: tokens.sign(secret, {"sub": "ann"}),
    "an exp that is text": lambda secret: tokens.sign(secret, {"sub": "ann", "exp": "soon"}),
    "not yet valid": lambda secret: tokens.sign(
        secret, {"sub": "ann", "exp": a_minute(20), "nbf": a_minute(10)}
    ),
    "a refresh token": lambda secret: tokens.sign(
        secret, {"sub": "ann", "exp": a_minute(), "type": "refresh"}
    ),
    "another secret": lambda secret: tokens.token(b"another secret of thirty-two bytes", "ann"),
    "another algorithm": lambda secret: tokens.sign(
        secret, {"sub": "ann", "exp": a_minute()}, algorithm="HS512"
    ),
    "a changed payload": lambda secret: tokens.with_changed_payload(
        tokens.token(secret, "ann"), sub="bob"
    ),
    "no user": lambda secret: tokens.sign(secret, {"exp": a_minute()}),
    "an empty user": lambda secret: tokens.sign(secret, {"exp": a_minute(), "sub": ""}),
    "two different users": lambda secret: tokens.sign(
        secret, {"exp": a_minute(), "sub": "ann", "user_id": "bob"}
    ),
}


@pytest.mark.parametrize("method", EVERY_CALL)
def test_a_call_without_a_token_is_unauthenticated(server, method):
    nobody = Client(server.channel(), "", None)
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        nobody.call(method, EVERY_CALL[method])


@pytest.mark.parametrize("method", EVERY_CALL)
def test_an_expired_token_is_unauthenticated_on_every_method(server, method):
    expired = Client(server.channel(), "ann", BAD_TOKENS["expired"](server.secret))
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        expired.call(method, EVERY_CALL[method])


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_is_unauthenticated(server, kind):
    bad = BAD_TOKENS[kind](server.secret)
    with refused(grpc.StatusCode.UNAUTHENTICATED) as caught:
        Client(server.channel(), "ann", bad).statistics()
    assert bad not in caught.value.details()


@pytest.mark.parametrize("transport", ["tls", "unix-tls", "unix"])
def test_no_transport_lets_a_call_in_without_a_token(server, transport):
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Client(server.channel(transport), "", None).statistics()


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Token abc"])
def test_another_scheme_than_bearer_is_unauthenticated(server, header):
    client = Client(server.channel(), "", None)
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        client.stub.GetWorkflowStatistics(
            EVERY_CALL["GetWorkflowStatistics"], metadata=[("authorization", header)], timeout=60
        )


def test_the_scheme_is_read_without_regard_to_case(server):
    token = server.token("ann")
    client = Client(server.channel(), "", None)
    answer = client.stub.GetWorkflowStatistics(
        EVERY_CALL["GetWorkflowStatistics"],
        metadata=[("authorization", f"bearer {token}")],
        timeout=60,
    )
    assert answer.statistics.user_id == "ann"


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"sub": "ann"}, "ann"),
        ({"user_id": "ann"}, "ann"),
        ({"user_id": 42}, "42"),
        ({"user_id": "ann", "sub": "ann"}, "ann"),
        ({"sub": "ann", "type": "access"}, "ann"),
    ],
)
def test_the_user_is_the_claim_user_id_or_else_sub(server, claims, user):
    token = tokens.sign(server.secret, claims | {"exp": a_minute()})
    assert Client(server.channel(), user, token).statistics().user_id == user


def test_a_token_that_expires_between_two_calls_is_refused_at_the_second(server):
    channel = server.channel()
    # Of what the token's short life is for, a new connection is no part.
    Client(channel, "ann", server.token("ann")).statistics()

    def called_once(expires: int) -> Client:
        token = tokens.sign(server.secret, {"sub": "ann", "exp": expires})
        client = Client(channel, "ann", token)
        assert client.statistics().user_id == "ann"
        return client

    client, expires = tokens.used_before_expiry(called_once)

    # The condition waited for is the clock's: the server remembers verified tokens.
    refusal = None
    while refusal is None and time.time() < expires + 60:
        try:
            client.statistics()
        except grpc.RpcError as error:
            refusal = error
    assert refusal is not None
    assert refusal.code() is grpc.StatusCode.UNAUTHENTICATED
    assert time.time() >= expires
