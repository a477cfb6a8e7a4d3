"""The OpenAPI document: that it is one, is served, and is what the server does."""

import collections
import gzip
import json
import os
import subprocess

import pytest

from harness import curl, openapi, tokens

# How long schemathesis asks; scripts/schemathesis lets it ask for longer.
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS", "75"))


def operations() -> dict[str, dict]:
    paths = json.loads(openapi.DOCUMENT.read_text())["paths"]
    return {one["operationId"]: one for path in paths.values() for one in path.values()}


def test_the_document_is_valid():
    command = [openapi.environment() / "openapi-spec-validator", openapi.DOCUMENT]
    judged = subprocess.run(command, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_every_operation_says_what_it_does_and_how_it_fails():
    for name, operation in operations().items():
        assert operation["summary"] and operation["description"], name
        assert {"200", "401"} < set(operation["responses"]), name
        for parameter in operation["parameters"]:
            assert "$ref" in parameter or parameter["description"], (name, parameter)


def test_everything_that_is_asked_and_answered_is_described():
    schemas = json.loads(openapi.DOCUMENT.read_text())["components"]["schemas"]
    for name, schema in schemas.items():
        assert schema["description"], name


@pytest.mark.parametrize("way", curl.WAYS, ids="-".join)
def test_it_is_served_to_who_has_no_token(server, way):
    served = curl.ask(server, "GET", "/openapi.json", way=way)
    assert served.status == 200 and served.body == openapi.DOCUMENT.read_bytes()
    assert served.fields["content-type"] == "application/json"
    kept = (f"if-none-match: {served.fields['etag']}",)
    again = curl.ask(server, "GET", "/openapi.json", way=way, fields=kept)
    assert again.status == 304 and again.body == b""
    assert curl.ask(server, "POST", "/openapi.json", body={}, way=way).status == 405


@pytest.mark.parametrize("way", curl.WAYS, ids="-".join)
@pytest.mark.parametrize("target", ["/openapi.json", "/js/main.js"])
def test_what_stays_as_it_is_is_gzipped_for_who_takes_that(server, way, target):
    plain = curl.ask(server, "GET", target, way=way)
    accepted = "accept-encoding: gzip"
    packed = curl.ask(server, "GET", target, way=way, fields=(accepted,))
    assert packed.fields["content-encoding"] == "gzip"
    assert packed.fields["vary"] == plain.fields["vary"] == "accept-encoding"
    assert len(packed.body) < len(plain.body) / 2
    assert gzip.decompress(packed.body) == plain.body
    kept = f"if-none-match: {packed.fields['etag']}"
    assert curl.ask(server, "GET", target, way=way, fields=(accepted, kept)).status == 304
    # Who has it packed and takes it plain has another.
    assert curl.ask(server, "GET", target, way=way, fields=(kept,)).body == plain.body


@pytest.mark.parametrize("way", curl.WAYS, ids="-".join)
def test_the_longest_query_of_names_is_read(server, way):
    # Each character is twelve in percent-encoding.
    name = "%F0%9F%A6%8A" * 255
    target = f"/v1/executions?userId={name}&workflowId={name}&workflowType={name}"
    token = server.token("ann", tokens.ANY_USER)
    answer = curl.ask(server, "GET", target, token=token, way=way)
    assert answer.status == 200 and answer.json["executions"] == []


def test_what_schemathesis_is_told_to_pass_over_is_what_the_mapping_reads():
    command = [openapi.environment() / "python", "-m", "pytest", "-q", "--noconftest"]
    command += ["-c", os.devnull]
    folder = openapi.DOCUMENT.parents[1] / "Tests" / "OpenAPI"
    tested = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def unanswered(answers: dict[str, collections.Counter]) -> list[str]:
    """Which operations were not answered in all three ways: what is asked gets through to the call,
    and is refused for what it is."""
    ways = {"accepted": {"200"}, "refused": {"400", "422"}, "without a token": {"401"}}
    return [
        f"{name} {way}"
        for name in operations()
        for way, statuses in ways.items()
        # These go well for RUNNING executions alone, which few short runs come by.
        if (name, way) != ("HeartbeatWorkflowExecution", "accepted")
        and not statuses & answers[name].keys()
    ]


def test_schemathesis_finds_nothing_that_the_server_does_otherwise(own_server, tmp_path):
    answers, cases = collections.defaultdict(collections.Counter), 0
    # The slower the machine, the longer it takes to ask for everything.
    for seconds in (SECONDS, 2 * SECONDS, 4 * SECONDS):
        done, report, answered = openapi.run_schemathesis(own_server, seconds, tmp_path)
        assert done.returncode == 0, done.stdout
        assert report["complete"], report["stop_reason"]
        assert {phase["status"] for phase in report["phases"].values()} == {"success"}, report
        cases += report["test_cases"]["generated"]
        for name, counts in answered.items():
            answers[name].update(counts)
        if not unanswered(answers):
            break
    print(f"{cases} cases, {json.dumps(answers)}")
    assert unanswered(answers) == []
