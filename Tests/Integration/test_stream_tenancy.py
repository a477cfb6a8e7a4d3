"""Who may stream what of whose executions: bulk saves, watches, exports and imports, from every
kind of caller. No byte of them reaches anybody who may not read it."""

import dataclasses

import grpc
import pytest

from harness import tokens
from harness.client import COMPLETED, PATIENCE, RUNNING, Client, execution
from harness.identifiers import fresh_user, uuid7
from harness.stubs import archive_pb2, changes_pb2, service_pb2

MARK = "of-the-victim"
OK = None
DENIED = grpc.StatusCode.PERMISSION_DENIED
NOBODY = grpc.StatusCode.UNAUTHENTICATED


@dataclasses.dataclass(frozen=True)
class Attempt:
    """A stream about the victim's executions."""

    name: str
    # The scopes that let a stranger make it.
    scopes: frozenset[str]
    # Those without which the victim may not make it either.
    own_scopes: frozenset[str] = frozenset()


READ = frozenset({"history:any"})
WRITE = frozenset({"history:write"})
ATTEMPTS = [
    Attempt("watch", READ),
    Attempt("watch all", READ, READ),
    Attempt("export", READ),
    Attempt("export all", READ, READ),
    Attempt("save", READ | WRITE, WRITE),
    Attempt("import", frozenset({"history:import"}), frozenset({"history:import"})),
]
SCOPES = [
    None,
    "history:read history:writ history:an history:impor",
    "history:write",
    "history:any",
    "history:import",
    "history:write history:import",
    "history:write history:any",
    "history:write history:any history:import",
]


@pytest.fixture(scope="module")
def victim(server):
    return server.client(fresh_user())


@pytest.fixture(scope="module")
def saved(victim):
    return victim.save(workflow_id=MARK, workflow_type=MARK, status=COMPLETED)


def stream(client: Client, attempt: Attempt, victim: Client) -> tuple[object, bytes]:
    """How the attempt ends, and all that is answered; a watch, once it has begun, is left."""
    stub, user = client.stub, victim.user
    mine = {"all_users": True} if attempt.name.endswith(" all") else {"user_id": user}
    fields = {"id": uuid7(), "user_id": user, "workflow_id": MARK, "status": RUNNING}
    method, request = {
        "watch": (
            stub.WatchWorkflowExecutions,
            changes_pb2.WatchWorkflowExecutionsRequest(workflow_type=MARK, **mine),
        ),
        "export": (
            stub.ExportWorkflowExecutions,
            service_pb2.ExportWorkflowExecutionsRequest(workflow_type=MARK, **mine),
        ),
        "save": (
            stub.SaveWorkflowExecutions,
            iter([service_pb2.SaveWorkflowExecutionsRequest(executions=[execution(**fields)])]),
        ),
        "import": (
            stub.ImportWorkflowExecutions,
            iter(
                [
                    service_pb2.ImportWorkflowExecutionsRequest(
                        executions=[archive_pb2.ArchivedExecution(execution=execution(**fields))]
                    )
                ]
            ),
        ),
    }[attempt.name.split()[0]]
    call = method(request, metadata=client.metadata, timeout=PATIENCE)
    answered = b""
    try:
        for answer in call:
            answered += answer.SerializeToString()
            for outcome in getattr(answer, "outcomes", ()):
                if outcome.refusal.code:
                    return _code(outcome.refusal.code), answered
            if attempt.name.startswith("watch"):
                call.cancel()
                break
    except grpc.RpcError as error:
        return error.code(), answered + (error.details() or "").encode()
    return OK, answered


def _code(number: int) -> grpc.StatusCode:
    return next(code for code in grpc.StatusCode if code.value[0] == number)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_a_stream_is_refused_to_whom_it_is_not_due(server, victim, saved, attempt):
    for scope in SCOPES:
        scopes = set((scope or "").split())
        for user in (victim.user, fresh_user(), victim.user.upper(), victim.user + " ", "%"):
            client = server.client(user, scope=scope)
            needed = attempt.own_scopes if user == victim.user else attempt.scopes
            end, answered = stream(client, attempt, victim)
            what = (attempt.name, user, scope)
            if needed <= scopes:
                assert end is OK, what
                assert attempt.name[:6] != "export" or MARK.encode() in answered, what
            else:
                assert end is DENIED, what
                assert MARK.encode() not in answered, what
                assert saved.id.encode() not in answered, what


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_a_stream_of_nobody_is_refused(server, victim, attempt):
    for token in (None, "e30.e30.e30"):
        end, answered = stream(Client(server.channel(), "", token), attempt, victim)
        assert end is NOBODY
        assert MARK.encode() not in answered


def test_nothing_refused_was_saved(server, victim):
    before = victim.history(include_total=True).total
    for attempt in ATTEMPTS:
        stream(server.client(fresh_user(), scope=None), attempt, victim)
        stream(server.client(fresh_user(), scope=tokens.READ_WRITE), attempt, victim)
    assert victim.history(include_total=True).total == before
