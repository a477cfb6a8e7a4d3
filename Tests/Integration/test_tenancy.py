"""Who may do what to whose executions: every method, by every way there is to name somebody else's
data, from every kind of caller. No byte of it reaches anybody who may not read it."""

import dataclasses
import itertools
import uuid

import grpc
import pytest
from google.protobuf import field_mask_pb2

from harness import tokens
from harness.client import COMPLETED, FAILED, FULL, RUNNING, Client, document, execution
from harness.identifiers import fresh_user, uuid7
from harness.stubs import execution_pb2, patterns_pb2, service_pb2

# What stands in every text of the victim's executions, and nowhere else.
MARK = "of-the-victim"
NOT_FOUND = grpc.StatusCode.NOT_FOUND
DENIED = grpc.StatusCode.PERMISSION_DENIED
NOBODY = grpc.StatusCode.UNAUTHENTICATED
REFUSED = grpc.StatusCode.INVALID_ARGUMENT
OK = grpc.StatusCode.OK


@dataclasses.dataclass(frozen=True)
class Caller:
    """A kind of caller."""

    name: str
    client: Client
    is_known: bool = True
    is_owner: bool = False
    may_write: bool = False
    may_act_for_any: bool = False

    @property
    def may_read(self) -> bool:
        return self.is_owner or self.may_act_for_any


@dataclasses.dataclass(frozen=True)
class Attempt:
    """A call about the victim's data."""

    name: str
    method: str
    request: object
    # What is answered to whom it is not refused for who they are.
    answer: grpc.StatusCode = OK
    writes: bool = False
    # Whether it names the victim or an execution of theirs, so that a stranger is refused.
    names_victim: bool = True

    def expected(self, caller: Caller) -> grpc.StatusCode:
        if not caller.is_known:
            return NOBODY
        if self.writes and not caller.may_write:
            return DENIED
        if self.names_victim and not caller.may_read:
            return DENIED
        return self.answer


@pytest.fixture(scope="module")
def victim(server):
    return server.client(fresh_user())


@pytest.fixture(scope="module")
def rows(victim):
    saved = [
        victim.save(
            workflow_id=f"workflow-{MARK}",
            workflow_type=f"type-{MARK}",
            status=status,
            error_message=f"error {MARK}",
            input_data=document({MARK: [MARK]}),
            output_data=document(MARK),
            task_results=document([{"name": MARK}]),
            execution_metadata=document({"at": MARK}),
        )
        for status in (RUNNING, COMPLETED, FAILED)
    ]
    return [victim.get(row.id) for row in saved]


@pytest.fixture(scope="module")
def patterns(server, victim):
    """Two that were learned of the victim, as the learner writes them."""
    rule = f'{{"kind":"sequence","preceding_workflow_type":"{MARK}","workflow_type":"type-{MARK}"}}'
    for number in range(2):
        server.postgres().psql(
            f"""
            INSERT INTO learning_patterns (user_id, pattern_id, pattern_type, workflow_type, rule,
              description, support, trials, value, baseline, confidence, lift, p_value, ln_p_value,
              q_value, first_day, last_day, first_confirmed, last_confirmed, validated, active,
              asked_through, samples)
            SELECT '{victim.user}', 'pattern-{number}-{MARK}', 'sequence', 'type-{MARK}', '{rule}',
              '{MARK}', 20, 30, 0.5, 0.1, 0.5, 5, 0.001, ln(0.001), 0.01, now(), now(), now(),
              now(), true, true, now(), ''
            """
        )
    return victim.patterns().patterns


@pytest.fixture(scope="module")
def callers(server, victim):
    def one(name: str, user: str, scope: str | None, **rights: bool) -> Caller:
        client = Client(server.channel(), user, server.token(user, scope))
        return Caller(name, client, **rights)

    stranger, operator = fresh_user(), fresh_user()
    everyone = [
        Caller("nobody", Client(server.channel(), "", None), is_known=False),
        Caller("a token that is no good", Client(server.channel(), "", "e30.e30.e30"), False),
        one("a stranger", stranger, None),
        one("a stranger with other scopes", stranger, "history:read history:writ history:an"),
        one("a stranger who writes", stranger, tokens.READ_WRITE, may_write=True),
        one("an operator who reads", operator, "history:any", may_act_for_any=True),
        one("an operator", operator, tokens.ANY_USER, may_write=True, may_act_for_any=True),
        one("the owner, who reads", victim.user, None, is_owner=True),
        one("the owner", victim.user, tokens.READ_WRITE, is_owner=True, may_write=True),
    ]
    # Names that are nearly the victim's.
    for near in (victim.user.upper(), victim.user + " ", victim.user[:-1], "%", "*", "' OR ''='"):
        everyone.append(one(f"near: {near!r}", near, tokens.READ_WRITE, may_write=True))
    return everyone


def nearly(execution_id: str) -> list[str]:
    """Ids that are next to one."""
    number = uuid.UUID(execution_id).int
    return [str(uuid.UUID(int=number ^ bit)) for bit in (1, 1 << 32, 1 << 80)]


UPDATABLE = {
    "workflow_type": {"workflow_type": "taken"},
    "status": {"status": COMPLETED},
    "input_data": {"input_data": document(0)},
    "output_data": {"output_data": document(0)},
    "task_results": {"task_results": document([])},
    "error_message": {"error_message": "taken"},
    "execution_metadata": {"execution_metadata": document({})},
}


def reads(victim: Client, rows) -> list[Attempt]:
    attempts = []
    for row in rows:
        request = service_pb2.GetWorkflowExecutionRequest(id=row.id)
        attempts.append(Attempt("by id", "GetWorkflowExecution", request))
        for other in nearly(row.id):
            request = service_pb2.GetWorkflowExecutionRequest(id=other)
            attempts.append(
                Attempt("by a near id", "GetWorkflowExecution", request, NOT_FOUND, False, False)
            )
    filters = [
        {},
        {"workflow_id": rows[0].workflow_id},
        {"workflow_type": rows[0].workflow_type},
        {"statuses": [FAILED, COMPLETED]},
        {"created_after": rows[0].created_at},
        {"created_before": rows[2].created_at},
        {"offset": 1},
        {"page_size": 1},
        {"view": FULL},
        {"include_total": True},
        {"abandoned_only": True, "include_total": True},
    ]
    everything = {name: value for one in filters for name, value in one.items()}
    for filter in [*filters, everything]:
        for user in (victim.user, ""):
            request = service_pb2.GetUserWorkflowHistoryRequest(user_id=user, **filter)
            attempts.append(
                Attempt(f"history by {sorted(filter)}", "GetUserWorkflowHistory", request,
                        names_victim=user != "")
            )
    for method, request_type in (
        ("GetWorkflowStatistics", service_pb2.GetWorkflowStatisticsRequest),
        ("GetPerformanceMetrics", service_pb2.GetPerformanceMetricsRequest),
    ):
        for user, type_, days in itertools.product(
            (victim.user, ""), ("", rows[0].workflow_type), (0, 365)
        ):
            request = request_type(user_id=user, workflow_type=type_, days=days)
            attempts.append(Attempt("figures", method, request, names_victim=user != ""))
    token = victim.history(page_size=1).next_page_token
    request = service_pb2.GetUserWorkflowHistoryRequest(
        user_id=victim.user, page_size=1, page_token=token
    )
    attempts.append(Attempt("the victim's page token", "GetUserWorkflowHistory", request))
    return attempts + reads_of_patterns(victim, rows)


def reads_of_patterns(victim: Client, rows) -> list[Attempt]:
    method = "ListLearnedPatterns"
    filters = [
        {},
        {"workflow_type": rows[0].workflow_type},
        {"kinds": [patterns_pb2.PATTERN_KIND_SEQUENCE]},
        {"include_retired": True},
        {"page_size": 1},
    ]
    attempts = [
        Attempt(
            f"patterns by {sorted(filter)}",
            method,
            patterns_pb2.ListLearnedPatternsRequest(user_id=user, **filter),
            names_victim=user != "",
        )
        for filter, user in itertools.product(filters, (victim.user, ""))
    ]
    token = victim.patterns(page_size=1).next_page_token
    request = patterns_pb2.ListLearnedPatternsRequest(
        user_id=victim.user, page_size=1, page_token=token
    )
    attempts.append(Attempt("the victim's page token", method, request))
    return attempts + estimates(victim, rows)


def estimates(victim: Client, rows) -> list[Attempt]:
    method = "EstimateWorkflowExecution"
    request_type = patterns_pb2.EstimateWorkflowExecutionRequest
    attempts = []
    for row in rows:
        # Whoever is named beside the id, it is the row's user whose data it is.
        for user in (victim.user, ""):
            request = request_type(execution_id=row.id, user_id=user)
            attempts.append(Attempt("estimate by id", method, request))
        for other in nearly(row.id):
            request = request_type(execution_id=other)
            attempts.append(Attempt("by a near id", method, request, NOT_FOUND, False, False))
        request = request_type(execution_id=row.id, workflow_type=row.workflow_type)
        attempts.append(Attempt("by id and type", method, request, REFUSED, names_victim=False))
    for user, input_data in itertools.product((victim.user, ""), (None, document({MARK: [MARK]}))):
        request = request_type(
            user_id=user, workflow_type=rows[0].workflow_type, input_data=input_data
        )
        attempts.append(Attempt("estimate of a type", method, request, names_victim=user != ""))
    return attempts


def writes(victim: Client, rows) -> list[Attempt]:
    """Writes that fail for whoever may make them, or change nothing: the rows stay as they are."""
    attempts = []
    stale = rows[0].version + 7
    aborted = grpc.StatusCode.ABORTED
    paths = [[path] for path in UPDATABLE] + [list(UPDATABLE)]
    for row, mask in itertools.product(rows, paths):
        fields = {name: value for path in mask for name, value in UPDATABLE[path].items()}
        request = service_pb2.UpdateWorkflowExecutionRequest(
            execution=execution_pb2.WorkflowExecution(id=row.id, **fields),
            update_mask=field_mask_pb2.FieldMask(paths=mask),
            expected_version=stale,
            allow_reopen=True,
        )
        attempts.append(
            Attempt(f"update {mask}", "UpdateWorkflowExecution", request, aborted, writes=True)
        )
    for row in rows:
        beat = service_pb2.HeartbeatWorkflowExecutionRequest(id=row.id, timeout_seconds=86_400)
        taken = OK if row.status == RUNNING else grpc.StatusCode.FAILED_PRECONDITION
        attempts.append(Attempt("heartbeat", "HeartbeatWorkflowExecution", beat, taken, True))
        beat = service_pb2.HeartbeatWorkflowExecutionRequest(id=nearly(row.id)[0])
        attempts.append(Attempt("near", "HeartbeatWorkflowExecution", beat, NOT_FOUND, True, False))
        request = service_pb2.DeleteWorkflowExecutionRequest(id=row.id, expected_version=stale)
        attempts.append(
            Attempt("delete", "DeleteWorkflowExecution", request, aborted, writes=True)
        )
        sent = execution(id=row.id, user_id=victim.user, workflow_id="taken")
        attempts.append(
            Attempt(
                "save under its id",
                "SaveWorkflowExecution",
                service_pb2.SaveWorkflowExecutionRequest(execution=sent),
                grpc.StatusCode.ALREADY_EXISTS,
                writes=True,
            )
        )
    sent = execution(id=uuid7(), user_id=victim.user, workflow_id="")
    sent.workflow_id = ""
    attempts.append(
        Attempt(
            "save in their name",
            "SaveWorkflowExecution",
            service_pb2.SaveWorkflowExecutionRequest(execution=sent),
            REFUSED,
            writes=True,
        )
    )
    return attempts


def answer(caller: Caller, attempt: Attempt) -> tuple[grpc.StatusCode, bytes]:
    """The code, and every byte that came with it."""
    try:
        message = caller.client.call(attempt.method, attempt.request)
        return OK, message.SerializeToString()
    except grpc.RpcError as error:
        trailers = b" ".join(
            value if isinstance(value, bytes) else value.encode()
            for _, value in error.trailing_metadata() or ()
        )
        return error.code(), (error.details() or "").encode() + trailers


def test_every_cell_of_the_matrix(victim, rows, patterns, callers, record_property):
    cells = 0
    leaks = []
    for caller, attempt in itertools.product(callers, reads(victim, rows) + writes(victim, rows)):
        code, said = answer(caller, attempt)
        where = f"{caller.name}: {attempt.name} ({attempt.method})"
        assert code == attempt.expected(caller), where
        # Who may not read it hears nothing of it but what they have said themselves.
        own = attempt.request.SerializeToString()
        if not caller.may_read and MARK.encode() in said and MARK.encode() not in own:
            leaks.append(where)
        if not caller.may_read:
            for row in rows:
                known = row.id.encode() in own
                if row.id.encode() in said and not known:
                    leaks.append(where)
        cells += 1
    record_property("cells", cells)
    assert cells > 1000
    assert leaks == []
    assert [victim.get(row.id) for row in rows] == rows
    assert victim.history(include_total=True).total == len(rows)
    assert victim.patterns().patterns == patterns
    assert len(patterns) == 2


def test_a_strangers_filters_count_nothing_of_the_victims(victim, rows, callers):
    for caller in callers:
        if not caller.is_known or caller.may_read:
            continue
        page = caller.client.history(
            workflow_id=rows[0].workflow_id, workflow_type=rows[0].workflow_type, include_total=True
        )
        assert (len(page.executions), page.total) == (0, 0)
        assert caller.client.statistics(workflow_type=rows[0].workflow_type).total_executions == 0
        assert not caller.client.patterns(workflow_type=rows[0].workflow_type).patterns
        estimate = caller.client.estimate(workflow_type=rows[0].workflow_type)
        assert (estimate.duration_support, estimate.failure_support) == (0, 0)


def test_no_page_token_is_good_for_another_user_or_filter_and_none_can_be_made(victim, callers):
    token = victim.history(page_size=1).next_page_token
    stranger = next(one for one in callers if one.name == "a stranger").client
    for request in ({"page_token": token}, {"page_token": token, "workflow_type": "etl"}):
        assert _code(stranger, **request) == REFUSED
    assert _code(victim, page_token=token, workflow_type="etl") == REFUSED
    assert _code(victim, page_token=token, page_size=2) == OK
    for at in range(0, len(token), 3):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert _code(victim, page_token=changed) == REFUSED
    assert _code(victim, page_token=token[:-1]) == REFUSED


def test_no_page_token_of_patterns_is_good_for_another_user_or_filter(victim, patterns, callers):
    token = victim.patterns(page_size=1).next_page_token
    stranger = next(one for one in callers if one.name == "a stranger").client
    for client, fields, expected in (
        (victim, {}, OK),
        (victim, {"page_size": 7}, OK),
        (victim, {"include_retired": True}, REFUSED),
        (victim, {"kinds": [patterns_pb2.PATTERN_KIND_SEQUENCE]}, REFUSED),
        (victim, {"workflow_type": patterns[0].workflow_type}, REFUSED),
        (stranger, {}, REFUSED),
    ):
        attempt = Attempt(
            "",
            "ListLearnedPatterns",
            patterns_pb2.ListLearnedPatternsRequest(page_token=token, **fields),
        )
        code, _ = answer(Caller("", client), attempt)
        assert code == expected, fields


def _code(client: Client, **fields: object) -> grpc.StatusCode:
    try:
        client.history(**fields)
        return OK
    except grpc.RpcError as error:
        return error.code()


def test_what_a_stranger_learns_of_an_id_is_whether_it_is_taken(victim, rows, callers):
    """By design: PERMISSION_DENIED for another's, NOT_FOUND for nobody's, in the same words."""
    stranger = next(one for one in callers if one.name == "a stranger").client
    said = {
        id: answer(
            Caller("", stranger), Attempt("", "GetWorkflowExecution",
                                          service_pb2.GetWorkflowExecutionRequest(id=id))
        )
        for id in [row.id for row in rows] + [uuid7() for _ in range(3)]
    }
    assert len({said[row.id] for row in rows}) == 1
    assert len(set(said.values())) == 2
