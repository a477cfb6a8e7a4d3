"""The server's own figures at /metrics: who may read them, in which form, and what moves them."""

import dataclasses
import gzip
import re
import socket
import ssl

import grpc
import pytest

from harness import curl, grafana, prometheus, tokens
from harness.client import document, refused
from harness.identifiers import fresh_user
from harness.prometheus import samples, scrape, total
from harness.server import Server, wait_until
from harness.stubs import changes_pb2

OPENMETRICS = "accept: application/openmetrics-text; version=1.0.0"
SERVICE = "workflow_history.v1.WorkflowHistoryService"
CALLS = "grpc_server_call_duration_seconds_count"
GRPC = ("content-type: application/grpc",)


@pytest.mark.parametrize("way", curl.WAYS, ids="-".join)
def test_figures_are_told_in_both_forms_by_every_way(server, way):
    text = scrape(server, way=way)
    assert text.status == 200
    assert text.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert text.fields["cache-control"] == "no-store"
    assert b"\n# TYPE grpc_server_call_started_total counter\n" in text.body
    openmetrics = scrape(server, OPENMETRICS, way=way)
    assert openmetrics.status == 200
    assert openmetrics.fields["content-type"].startswith(
        "application/openmetrics-text; version=1.0.0"
    )
    assert openmetrics.body.endswith(b"\n# EOF\n")
    assert b"\n# TYPE grpc_server_call_started counter\n" in openmetrics.body


def test_a_head_has_the_fields_and_no_body(server):
    token = server.token(fresh_user(), prometheus.READER)
    answer = curl.ask(server, "HEAD", "/metrics", token=token, options=("--head",))
    # Curl writes the head, and would write a body behind it.
    assert answer.status == 200 and answer.body.endswith(b"\r\n\r\n")
    assert int(answer.fields["content-length"]) > 1000
    refusal = curl.ask(server, "POST", "/metrics", token=token, body={})
    assert refusal.status == 405 and refusal.fields["allow"] == "GET, HEAD, OPTIONS"


def test_figures_are_gzipped_for_who_takes_it(server):
    answer = scrape(server, "accept-encoding: deflate, gzip;q=0.5")
    assert answer.fields["content-encoding"] == "gzip"
    assert b"process_cpu_seconds_total" in gzip.decompress(answer.body)
    assert "content-encoding" not in scrape(server, "accept-encoding: gzip;q=0").fields


def test_figures_need_a_token_with_a_scope(server):
    nobody = curl.ask(server, "GET", "/metrics")
    assert nobody.status == 401 and nobody.fields["www-authenticate"] == "Bearer"
    user = curl.ask(server, "GET", "/metrics", token=server.token(fresh_user()))
    assert user.status == 403 and "metrics:read" in user.json["message"]
    for scope in (prometheus.READER, tokens.ANY_USER):
        assert scrape(server, token=server.token(fresh_user(), scope)).status == 200


def test_figures_may_be_open_or_off():
    everybody = Server("--metrics", "open")
    nobody = Server("--metrics", "off")
    try:
        everybody.start()
        assert curl.ask(everybody, "GET", "/metrics").status == 200
        nobody.use_data_of(everybody)
        everybody.stop()
        nobody.start()
        assert scrape(nobody).status == 404
    finally:
        everybody.remove()
        nobody.remove()


def test_promtool_finds_nothing_wrong(server, client):
    client.save()
    checked = prometheus.promtool("check", "metrics", text=scrape(server).body)
    assert checked.returncode == 0, checked.stderr.decode()


def test_a_call_counts_once_under_its_code(server, client):
    method = f"{SERVICE}/SaveWorkflowExecution"
    started = "grpc_server_call_started_total"

    def counted() -> tuple[float, ...]:
        return (
            total(server, started, grpc_method=method),
            *(
                total(server, CALLS, grpc_method=method, grpc_status=status)
                for status in ("OK", "INVALID_ARGUMENT", "UNAUTHENTICATED")
            ),
        )

    before = counted()
    client.save()
    client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.save(status=0)
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        dataclasses.replace(client, token=None).save()
    assert [after - had for after, had in zip(counted(), before, strict=True)] == [4, 2, 1, 1]


def moved(server, name: str, **labels: str):
    """A function that tells how much a metric has grown since now."""
    before = total(server, name, **labels)
    return lambda: total(server, name, **labels) - before


@pytest.mark.parametrize("way, carrier", [(("tls", "2"), "http/2"), (("unix", "1.1"), "http/1.1")])
def test_a_call_by_json_counts_under_what_carried_it(server, way, carrier):
    method = f"{SERVICE}/GetUserWorkflowHistory"
    started = moved(server, "grpc_server_call_started_total", grpc_method=method, carrier=carrier)
    ended = moved(server, CALLS, grpc_method=method, grpc_status="OK", carrier=carrier)
    answer = curl.ask(server, "GET", "/v1/executions", token=server.token(fresh_user()), way=way)
    assert answer.status == 200
    assert (started(), ended()) == (1, 1)


def test_answers_by_http_count_by_what_carried_them_and_their_status(server):
    token = server.token(fresh_user())
    asked = [
        ("GET", "/", {}, 200),
        ("GET", "/openapi.json", {}, 200),
        ("GET", "/v1/executions", {"token": token}, 200),
        ("GET", "/v1/executions", {}, 401),
        ("GET", "/no/such/path", {}, 404),
        ("DELETE", "/v1/executions", {}, 405),
        ("POST", "/v1/executions", {"token": token, "fields": ("content-type: a/b",)}, 415),
        ("GET", f"/{SERVICE}/GetWorkflowExecution", {"fields": GRPC}, {"2": 405, "1.1": 505}),
    ]
    name = "workflow_history_http_responses_total"
    for version, other in (("1.1", "2"), ("2", "1.1")):

        def counted(status: int, version=version, other=other) -> float:
            # By what does not count to the same.
            figures = samples(scrape(server, way=("unix", other)).body)
            labels = {("carrier", f"http/{version}"), ("http_status", str(status))}
            return figures.get((name, frozenset(labels)), 0)

        for method, target, more, status in asked:
            status = status[version] if isinstance(status, dict) else status
            before = counted(status)
            answer = curl.ask(server, method, target, way=("unix", version), **more)
            assert (answer.status, counted(status) - before) == (status, 1), (method, target)
    # Of what a client chooses nothing has a series of its own.
    told = [dict(labels) for known, labels in samples(scrape(server).body) if known == name]
    assert all(re.fullmatch("[2345][0-9][0-9]", labels["http_status"]) for labels in told)


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_what_is_refused_counts_under_what_carried_it(server, version):
    carriers = ("grpc", "http/1.1", "http/2")
    name = "workflow_history_calls_refused_total"
    counts = [moved(server, name, grpc_status="NOT_FOUND", carrier=one) for one in carriers]
    curl.ask(server, "GET", "/no/such/path", way=("unix", version))
    assert [count() for count in counts] == [one == f"http/{version}" for one in carriers]


def test_an_answer_that_is_gzipped_counts_as_what_was_sent(server, client):
    for _ in range(3):
        client.save(workflow_id="w" * 200)
    sent = moved(
        server,
        "grpc_server_call_sent_total_compressed_message_size_bytes_sum",
        grpc_method=f"{SERVICE}/GetUserWorkflowHistory",
    )
    accepting = ("accept-encoding: gzip",)
    answer = curl.ask(server, "GET", "/v1/executions", token=client.token, fields=accepting)
    assert answer.fields["content-encoding"] == "gzip"
    assert sent() == len(answer.body)


def test_a_watch_is_a_call_that_runs(monitored):
    # Where no other test's watch may be about to end.
    def watches() -> float:
        method = f"{SERVICE}/WatchWorkflowExecutions"
        return total(monitored, "workflow_history_calls_running", grpc_method=method)

    client = monitored.client(fresh_user())
    watch = client.stub.WatchWorkflowExecutions(
        changes_pb2.WatchWorkflowExecutionsRequest(), metadata=client.metadata
    )
    wait_until(lambda: watches() == 1, what="the watch")
    watch.cancel()
    wait_until(lambda: watches() == 0, what="the end of the watch")


def test_tokens_count_by_whether_they_were_known(server):
    name = "workflow_history_tokens_looked_up_total"
    known, unknown = (moved(server, name, cached=cached) for cached in ("true", "false"))
    client = server.client(fresh_user())
    for _ in range(3):
        client.save()
    assert (known(), unknown()) == (2, 1)


def test_what_is_refused_before_it_is_a_call_makes_no_series(server, client):
    name = "workflow_history_calls_refused_total"
    refusals = moved(server, name, grpc_status="UNIMPLEMENTED", carrier="grpc")
    known = set(samples(scrape(server).body))
    for number in range(3):
        with refused(grpc.StatusCode.UNIMPLEMENTED):
            client.channel.unary_unary(f"/{SERVICE}/No{number}")(b"", metadata=client.metadata)
    assert refusals() == 3
    new = set(samples(scrape(server).body)) - known
    assert not any("No" in value for _, labels in new for _, value in labels)


def test_a_limit_that_is_reached_counts_under_the_name_of_its_setting(server, client):
    size = moved(server, "workflow_history_limits_reached_total", limit="max-message-size")
    metadata = moved(server, "workflow_history_limits_reached_total", limit="max-metadata-size")
    large = {"workflowId": "w", "workflowType": "t", "inputData": "x" * (5 << 20)}
    answer = curl.ask(server, "POST", "/v1/executions", token=client.token, body=large)
    assert answer.status == 413
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        client.save(input_data=document("x" * (5 << 20)))
    large = ("x-large: " + "x" * 40_000,)
    answer = curl.ask(server, "GET", "/v1/executions", fields=large, way=("tls", "1.1"))
    assert answer.status == 431
    assert (size(), metadata()) == (2, 1)


def test_callers_limits_count_too():
    own = Server("--caller-calls-per-second", "1")
    try:
        own.start()
        client = own.client(fresh_user())
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
            for _ in range(50):
                client.save()
        reached = "workflow_history_limits_reached_total"
        assert total(own, reached, limit="caller-calls-per-second") >= 1
    finally:
        own.remove()


def handshake(server, context: ssl.SSLContext, session=None) -> ssl.SSLSession:
    """Makes a connection, and returns what the next can go on with."""
    raw = socket.create_connection(("127.0.0.1", server.port))
    with context.wrap_socket(raw, server_hostname="localhost", session=session) as secured:
        return secured.session


def test_handshakes_count_by_version_and_whether_they_go_on_with_a_session(server):
    name = "workflow_history_tls_handshakes_total"
    context = ssl.create_default_context(cadata=server.ca.decode())
    context.set_alpn_protocols(["http/1.1"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    fresh = moved(server, name, version="TLSv1.2", resumed="false")
    resumed = moved(server, name, version="TLSv1.2", resumed="true")
    session = handshake(server, context)
    handshake(server, context, session)
    wait_until(lambda: (fresh(), resumed()) == (1, 1), what="both handshakes")


def test_what_is_no_tls_is_a_handshake_that_failed(server):
    failed = moved(server, "workflow_history_tls_handshake_failures_total")
    closed = moved(server, "workflow_history_connections_closed_total", reason="invalid")
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while raw.recv(4096):
            pass
    wait_until(lambda: (failed(), closed()) == (1, 1), what="the end of the connection")


@pytest.mark.parametrize("end", ["timeout", "client"])
def test_a_handshake_that_is_not_completed_has_failed(end):
    own = Server("--handshake-timeout", "1s" if end == "timeout" else "1h")
    try:
        own.start()
        failed = moved(own, "workflow_history_tls_handshake_failures_total")
        with socket.create_connection(("127.0.0.1", own.port)) as raw:
            # The head of a record, as a ClientHello has it, and no more.
            raw.sendall(b"\x16\x03\x01\x02\x00")
            if end == "client":
                raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
        wait_until(lambda: failed() == 1, what="the end of the connection")
    finally:
        own.remove()


def test_connections_that_were_accepted_are_open_or_closed(server):
    def add_up() -> bool:
        figures = samples(scrape(server).body)

        def sum_of(name: str) -> float:
            return sum(value for (named, _), value in figures.items() if named == name)

        accepted = sum_of("workflow_history_connections_accepted_total")
        closed = sum_of("workflow_history_connections_closed_total")
        return accepted - closed == sum_of("workflow_history_connections_open") >= 1

    # One may close while they are read: others' tests leave some that do.
    wait_until(add_up, what="figures that add up")


@pytest.fixture(scope="module")
def monitored():
    """A server that keeps executions for a year, of which each metric has a figure."""
    own = Server("--retain", "365d")
    try:
        own.start()
        client = own.client(fresh_user())
        client.save()
        yield own
        assert own.stop() == 0, own.log
    finally:
        own.remove()


def test_the_documents_list_every_metric_as_the_server_tells_it(monitored):
    document = prometheus.DOCUMENT.read_text()
    rows = re.findall(
        r"^\| `(\w+)` \| (counter|gauge|histogram) \|(.*?)\| (.*) \|$", document, re.MULTILINE
    )
    listed = {
        name: prometheus.Family(kind, told, frozenset(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, told in rows
    }
    assert listed == prometheus.families(scrape(monitored).body)


def test_the_dashboard_is_one_by_grafanas_own_types():
    assert grafana.judge(prometheus.DASHBOARD.read_text()) == []


@pytest.mark.parametrize(
    "right, wrong",
    [
        ('"graphTooltip": 1', '"graphTooltip": "1"'),
        ('"graphTooltip": 1', '"graphToolTip": 1'),
        ('"colorMode": "none"', '"colorMode": "dim"'),
        ('"type": "stat"', '"type": "statistic"'),
        ('"reduceOptions": {"calcs": ["lastNotNull"]}', '"reduceOptions": ["lastNotNull"]'),
        ('"legendFormat": ', '"legend": '),
        ('"w": 24', '"w": "24"'),
    ],
)
def test_a_dashboard_that_grafana_would_not_take_is_found_out(right, wrong):
    text = prometheus.DASHBOARD.read_text()
    assert right in text
    assert grafana.judge(text.replace(right, wrong, 1))


def test_promtool_takes_the_rules_and_each_alert_fires_when_it_should():
    for check in ("check", "test"):
        rules = prometheus.RULES if check == "check" else prometheus.RULES.with_suffix(".test.yml")
        checked = prometheus.promtool(check, "rules", rules)
        assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()
    tested = prometheus.RULES.with_suffix(".test.yml").read_text()
    for alert in re.findall(r"alert: (\w+)", prometheus.RULES.read_text()):
        assert f'alertname="{alert}", alertstate="firing"' in tested


def test_a_prometheus_scrapes_all_that_the_dashboard_and_the_rules_show(monitored):
    reader = prometheus.Prometheus(monitored)
    try:
        target = reader.target()
        assert target["health"] == "up", target["lastError"]
        rules = reader.rules()
        for rule in rules:
            assert rule["health"] == "ok", rule["lastError"]
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert set(rule["annotations"]) == {"summary", "description"}
        shown = prometheus.dashboard_expressions() + [rule["query"] for rule in rules]
        named = set().union(*map(prometheus.names_in, shown))
        assert len(named) > 40
        # A scrape is told of before what it found is kept.
        wait_until(lambda: reader.value("up"), what="what a scrape found")
        assert named - reader.names() == set()
        for expression in shown:
            reader.value(expression)
        (version,) = reader.value("workflow_history_build_info")
        assert version["value"][1] == "1"
        # Scraped again and again: a rate has two of them.
        save = 'sum(rate(grpc_server_call_duration_seconds_count{grpc_status="OK"}[1m]))'
        wait_until(lambda: reader.value(save), what="a second scrape")
    finally:
        reader.stop()
