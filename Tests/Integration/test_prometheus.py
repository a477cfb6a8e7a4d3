"""The server's own figures at /metrics: who may read them, in which form, and what moves them."""

import dataclasses
import gzip
import re

import grpc
import pytest
from harness import curl, prometheus, tokens
from harness.client import refused
from harness.identifiers import fresh_user
from harness.prometheus import samples, scrape, total
from harness.server import Server, wait_until

OPENMETRICS = "accept: application/openmetrics-text; version=1.0.0"
SERVICE = "workflow_history.v1.WorkflowHistoryService"
CALLS = "grpc_server_call_duration_seconds_count"


@pytest.mark.parametrize("way", curl.WAYS, ids="-".join)
def test_figures_are_told_in_both_forms_by_every_way(server, way):
    text = scrape(server, way=way)
    assert text.status == 200
    assert text.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert text.fields["cache-control"] == "no-store"
    assert b"\n# TYPE grpc_server_call_started_total counter\n" in text.body
    openmetrics = scrape(server, OPENMETRICS, way=way)
    assert openmetrics.status == 200
    assert openmetrics.fields["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert openmetrics.body.endswith(b"\n# EOF\n")
    assert b"\n# TYPE grpc_server_call_started counter\n" in openmetrics.body


def test_a_head_has_the_fields_and_no_body(server):
    token = server.token(fresh_user(), prometheus.READER)
    answer = curl.ask(server, "HEAD", "/metrics", token=token, options=("--head",))
    # Curl writes the head, and would write a body behind it.
    assert answer.status == 200 and answer.body.endswith(b"\r\n\r\n")
    assert int(answer.fields["content-length"]) > 1000
    refusal = curl.ask(server, "POST", "/metrics", token=token, body={})
    assert refusal.status == 405 and refusal.fields["allow"] == "GET, HEAD"


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
    assert [after - had for after, had in zip(counted(), before)] == [4, 2, 1, 1]


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


def test_the_readme_lists_every_metric_as_the_server_tells_it(monitored):
    readme = (prometheus.REPOSITORY / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \|(.*?)\| (.*) \|$", readme, re.MULTILINE)
    listed = {
        name: prometheus.Family(kind, told, frozenset(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, told in rows
    }
    assert listed == prometheus.families(scrape(monitored).body)


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
