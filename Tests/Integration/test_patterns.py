"""Patterns that are learned of executions whose causes are known."""

import concurrent.futures
import functools
import json
import time

import grpc
import pytest
from google.protobuf import json_format

from harness import command_line
from harness.client import COMPLETED, FAILED, RUNNING, Client, document, parsed, refused
from harness.identifiers import fresh_user, uuid7
from harness.learning import learn, taught_server
from harness.payload_keys import PayloadKeys
from harness.server import wait_until
from harness.stubs import patterns_pb2, statistics_pb2

REGION = "eu-west"
DAY = 86_400
FAILURE = patterns_pb2.PATTERN_KIND_FAILURE


@pytest.fixture
def own_server():
    with taught_server() as server:
        yield server


def monday(weeks_ago: int) -> int:
    """The first second of that week, in UTC. 1970-01-01 was a Thursday."""
    today = int(time.time()) // DAY
    return (today - (today + 3) % 7 - 7 * weeks_ago) * DAY


def plant(client: Client, region: str = REGION, weeks=(3, 2, 1)):
    """Saves 120 executions of each week, of which those in a region fail as a rule, and one of the
    week after them."""

    def save(week: int, number: int):
        is_there = number % 4 == 0
        fails = is_there and number % 12 != 0
        # None on its Sunday, to which a day's window reaches back on a Monday.
        at = monday(week) + number % 7 % 6 * DAY + number // 5 * 3600
        client.save(
            id=uuid7(at),
            workflow_id=f"wf-{week}-{number}",
            status=FAILED if fails else COMPLETED,
            error_message=f"no route to {region}" if fails else "",
            input_data=document({"region": region if is_there else f"other-{number % 4}"}),
        )

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for week in weeks:
            list(pool.map(functools.partial(save, week), range(120)))
    client.save(id=uuid7(monday(min(weeks) - 1)), status=COMPLETED, workflow_id="after")


def rule(region: str = REGION) -> dict:
    return {
        "kind": "failure_association",
        "workflow_type": "etl",
        "condition": {"field": "$.region", "equals": region},
    }


def the_pattern(client: Client, region: str = REGION):
    [pattern] = [one for one in client.patterns().patterns if parsed(one.rule) == rule(region)]
    return pattern


def test_an_input_value_that_fails_is_found_and_validated_later(own_server):
    client = own_server.client(fresh_user())
    plant(client, weeks=(3,))
    counts = learn(own_server)
    assert int(counts["found"]) >= 1
    pattern = the_pattern(client)
    assert pattern.kind == FAILURE
    assert len(pattern.pattern_id) == 16
    assert (pattern.support, pattern.confidence, pattern.baseline) == (20, pytest.approx(2 / 3), 0)
    assert pattern.lift == 0
    assert 0 < pattern.p_value < 1e-6
    assert 0 < pattern.q_value < 0.05
    assert REGION in pattern.description
    assert pattern.active and not pattern.validated
    assert len(pattern.sample_execution_ids) == 5
    for shown in map(client.get, pattern.sample_execution_ids):
        assert shown.status == FAILED
        assert parsed(shown.input_data)["region"] == REGION
    plant(client, weeks=(2, 1))
    learn(own_server)
    later = the_pattern(client)
    assert later.pattern_id == pattern.pattern_id
    assert later.validated
    assert later.last_confirmed > pattern.last_confirmed
    assert later in client.patterns(kinds=[FAILURE]).patterns
    assert not client.patterns(kinds=[patterns_pb2.PATTERN_KIND_SLOW_TASK]).patterns
    assert not client.patterns(workflow_type="other").patterns


def test_metrics_tell_what_failures_and_errors_follow(own_server):
    client, other = own_server.client(fresh_user()), own_server.client(fresh_user())
    plant(client)
    # An error that comes with one value, where as many fail without it, of another error.
    for number in range(120):
        fails = number // 4 % 2 == 0
        mode = "full" if number % 4 == 0 else "part"
        client.save(
            id=uuid7(monday(2) + number * 3600),
            workflow_type="load",
            status=FAILED if fails else COMPLETED,
            error_message=("out of memory" if mode == "full" else "cut off") if fails else "",
            input_data=document({"mode": mode}),
        )
    client.save(id=uuid7(monday(0)), status=COMPLETED)
    learn(own_server)
    metrics = client.metrics(days=60)
    pattern = the_pattern(client)
    [tip] = [one for one in metrics.optimization_tips if one.subject == pattern.pattern_id]
    assert tip.kind == statistics_pb2.TIP_KIND_FAILURE_CAUSE
    assert tip.severity == statistics_pb2.TIP_SEVERITY_CRITICAL
    assert tip.text.startswith(pattern.description)
    assert tip.executions == pattern.support
    assert tip.sample_execution_ids == pattern.sample_execution_ids
    evidence = {one.name: one.value for one in tip.evidence}
    assert evidence["failure_rate_percent"] == pytest.approx(200 / 3)
    assert evidence["p_value"] == pytest.approx(pattern.p_value)
    [error] = [one for one in metrics.error_patterns if one.fingerprint == "out of memory"]
    [association] = error.input_associations
    assert (association.field, association.value) == ("$.mode", '"full"')
    assert (association.executions, association.error_rate) == (15, 50)
    assert association.baseline_error_rate == 0
    # It is about executions of the window, of the type that is asked for, and one's own.
    assert not any(
        one.subject == pattern.pattern_id
        for asked in (client.metrics(days=1), client.metrics(days=60, workflow_type="load"))
        for one in asked.optimization_tips
    )
    assert [one.kind for one in other.metrics(days=60).optimization_tips] == [
        statistics_pb2.TIP_KIND_HEALTHY
    ]


def save_attempts(client: Client, workflow_type: str, fails: list[bool]):
    """Saves twelve workflows of a type, each tried again a day later until the list ends."""
    for attempt, failed in enumerate(fails):
        for number in range(12):
            client.save(
                id=uuid7(time.time() - (len(fails) - attempt) * DAY),
                workflow_id=f"{workflow_type}-{number}",
                workflow_type=workflow_type,
                status=FAILED if failed else COMPLETED,
                error_message=f"no such table t{number}" if failed else "",
            )


def retry_storms(client: Client, **query) -> list:
    tips = client.metrics(**query).optimization_tips
    return [tip for tip in tips if tip.kind == statistics_pb2.TIP_KIND_RETRY_STORM]


def test_metrics_tell_of_a_type_whose_retries_fail_again(own_server):
    client, other = own_server.client(fresh_user()), own_server.client(fresh_user())
    save_attempts(client, "etl", [True, True, True, True])
    for one in (client, other):
        save_attempts(one, "report", [True, False, True, False])
    assert not retry_storms(client)
    learn(own_server)
    [tip] = retry_storms(client)
    assert tip.severity == statistics_pb2.TIP_SEVERITY_CRITICAL
    assert (tip.subject, tip.executions) == ("etl", 36)
    fingerprint = client.metrics().error_patterns[0].fingerprint
    assert f'after "{fingerprint}" in 100% of cases (36 of 36)' in tip.text
    evidence = {one.name: one.value for one in tip.evidence}
    assert evidence.pop("p_value") == pytest.approx(0.5**36)
    assert evidence == {
        "retries": 36,
        "failed_retries": 36,
        "failure_rate_percent": 100,
        "retries_of_error": 36,
        "failed_retries_of_error": 36,
    }
    assert retry_storms(client, workflow_type="etl") == [tip]
    assert not retry_storms(client, workflow_type="report")
    assert not retry_storms(other)


def test_a_server_learns_by_itself(own_server):
    client = own_server.client(fresh_user())
    plant(client)
    assert own_server.stop() == 0, own_server.log
    own_server.flags[own_server.flags.index("--learn-interval") + 1] = "1s"
    own_server.start()
    client = own_server.client(client.user)
    wait_until(lambda: len(client.patterns().patterns) > 0, what="the learner")
    assert the_pattern(client).active


def test_nothing_is_learned_of_one_user_from_another(own_server):
    ann, ben = own_server.client(fresh_user()), own_server.client(fresh_user())
    plant(ann, "ann-land")
    plant(ben, "ben-land")
    learn(own_server)
    the_pattern(ann, "ann-land")
    the_pattern(ben, "ben-land")
    assert not any("ben" in one.rule.json for one in ann.patterns().patterns)
    assert not any("ann" in one.rule.json for one in ben.patterns().patterns)


def test_what_the_log_has_lost_is_learned_from_the_table(own_server):
    client = own_server.client(fresh_user())
    plant(client)
    client.save(status=RUNNING)
    # The log as a service has it that is older than its learner.
    own_server.postgres().psql(
        "TRUNCATE workflow_execution_changes, learned_histories, learned_periods",
        "DELETE FROM learning_patterns",
    )
    assert learn(own_server)["executions"] == "0"
    assert learn(own_server, "--from-table")["executions"] == "361"
    assert the_pattern(client).support == 60
    assert learn(own_server)["executions"] == "0"


def test_a_user_who_is_forgotten_is_not_learned_again(own_server):
    client, other = own_server.client(fresh_user()), own_server.client(fresh_user())
    for one in (client, other):
        plant(one)
    learn(own_server)
    forgotten = command_line.answer(
        "forget", "--user", client.user, "--data-dir", own_server.data
    )
    assert int(forgotten["patterns"]) >= 1
    learn(own_server)
    assert not client.patterns(include_retired=True).patterns
    the_pattern(other)
    tables = ("learned_histories", "learned_periods", "learning_patterns", "learned_types")
    for table in tables:
        count = own_server.postgres().psql(
            f"SELECT count(*) FROM {table} WHERE user_id = '{client.user}'"
        )
        assert count == "0", table


def test_sealed_patterns_are_found_and_not_read_in_the_database(own_server):
    keys = PayloadKeys(own_server.folder / "payload-keys")
    assert own_server.stop() == 0, own_server.log
    own_server.flags += keys.write("key").flags
    own_server.start()
    client = own_server.client(fresh_user())
    plant(client, "secret-land")
    learn(own_server, *keys.flags)
    assert "secret-land" in the_pattern(client, "secret-land").description
    rows = own_server.postgres().psql(
        "SELECT row_to_json(learning_patterns) FROM learning_patterns",
        "SELECT encode(head, 'escape') FROM learned_histories",
        "SELECT encode(content, 'escape') FROM learned_periods",
    )
    assert "failure_association" in rows
    for word in ("secret", "region", "no route"):
        assert word not in rows


def test_the_command_lists_what_grpc_answers(own_server):
    user = fresh_user()
    client = own_server.client(user)
    plant(client)
    learn(own_server)
    caller = {
        "WORKFLOW_HISTORY_DATA_DIR": str(own_server.data),
        "WORKFLOW_HISTORY_TOKEN": own_server.token(user),
    }
    printed = command_line.answer("patterns", "list", "--kind", "failure", **caller)
    read = json_format.ParseDict(printed, patterns_pb2.ListLearnedPatternsResponse())
    assert read == client.patterns(kinds=[FAILURE])
    header, row, *_ = command_line.output("patterns", "list", **caller).splitlines()
    fields = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert json.loads(fields["rule"])["workflow_type"] == "etl"
    assert fields["active"] == "true"
    shown = command_line.in_terminal("patterns", "list", columns=160, **caller)
    assert "FAILURE" in shown and REGION in shown


def test_a_kind_that_is_none_is_refused(client):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        client.patterns(kinds=[FAILURE, 99])
    assert "kinds[1]" in error.value.details()
