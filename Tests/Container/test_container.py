"""The image of `scripts/packaging/Containerfile`, run, called from outside and stopped."""

import concurrent.futures
import json
import queue

import pytest

from container import Container, podman
from harness.client import PATIENCE, execution
from harness.identifiers import fresh_user, uuid7
from harness.server import wait_until
from harness.stubs import service_pb2

USER = 990


def test_it_says_how_it_is_to_be_run(image):
    config = json.loads(podman("image", "inspect", "--format", "{{json .Config}}", image))
    # A number, by which Kubernetes sees that it is not root (runAsNonRoot).
    assert config["User"] == f"{USER}:{USER}"
    assert config["Volumes"] == {Container.DATA: {}}
    assert config["ExposedPorts"] == {f"{Container.PORT}/tcp": {}}
    assert config["StopSignal"] == "SIGTERM"


def test_nothing_is_in_it_that_a_server_does_not_need(image, server):
    assert int(podman("image", "inspect", "--format", "{{.Size}}", image)) < 350e6
    kept = "find /package /source /opt /var/lib/apt/lists -type f 2> /dev/null || true"
    assert server.run("sh", "-c", kept) == ""
    assert server.run("sh", "-c", "command -v gcc git swift || true") == ""


def test_nothing_runs_as_root_or_has_a_privilege(server):
    processes = server.processes()
    assert "postgres" in {one["Name"] for one in processes}
    for one in processes:
        assert set(one["Uid"].split()) == {str(USER)}, one
        assert {int(one[name], 16) for name in ("CapEff", "CapPrm")} == {0}, one


def test_it_makes_no_cluster_of_debians(server):
    assert server.run("pg_lsclusters", "--no-header") == ""


def test_it_serves_over_tls_to_the_outside(server):
    client = server.client(fresh_user())
    saved = client.save()
    assert client.get(saved.id) == saved


@pytest.mark.parametrize("version", ["2", "1.1"])
def test_it_serves_the_console_and_json_to_browsers_and_curl(server, version):
    page = server.ask("/", version=version)
    assert page.status == 200 and page.fields["content-type"].startswith("text/html")

    user = fresh_user()
    saved = server.client(user).save()
    token = server.token(user)
    page_of_history = server.ask("/v1/executions", token=token, version=version)
    assert [one["id"] for one in page_of_history.json["executions"]] == [saved.id]


def test_its_command_line_finds_the_server_beside_it(server):
    command = ["workflow-history", "statistics", "--data-dir", server.DATA, "--json"]
    assert "totalExecutions" in server.run(*command)


def test_a_stop_ends_it_well_and_another_on_the_volume_has_what_it_had(run):
    first, user = run(), fresh_user()
    saved = first.client(user).save()
    assert first.stop() == 0, first.log
    first.remove()

    second = run()
    client = second.client(user)
    assert client.get(saved.id) == saved
    assert [one.id for one in client.history().executions] == [saved.id]
    # It was not found as a crash leaves it.
    postgres = (second.data / "postgres.log").read_text()
    assert "database system was shut down" in postgres
    assert "not properly shut down" not in postgres


# As where no init is asked for, and as in Kubernetes: the server is the first process there.
@pytest.mark.parametrize("options", [("--init",), ()], ids=["init", "no init"])
def test_a_stop_lets_a_call_end_that_has_begun(run, options):
    server, sent, ids = run(options=options), queue.Queue(), [uuid7(), uuid7()]
    client = server.client(fresh_user())
    responses = client.stub.SaveWorkflowExecutions(
        iter(sent.get, None), metadata=client.metadata, timeout=PATIENCE
    )

    def save(id: str) -> str:
        sent.put(service_pb2.SaveWorkflowExecutionsRequest(executions=[execution(id=id)]))
        (outcome,) = next(responses).outcomes
        return outcome.id

    assert save(ids[0]) == ids[0]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stopped = pool.submit(server.stop)
        wait_until(lambda: "running calls may end" in server.log, what="the drain")
        assert save(ids[1]) == ids[1]
        sent.put(None)
        assert list(responses) == []
        assert stopped.result() == 0, server.log


def test_a_kill_loses_nothing_that_was_answered(run):
    first, user = run(), fresh_user()
    saved = first.client(user).save()
    assert first.kill() == 137
    assert run().client(user).get(saved.id) == saved


def test_it_runs_on_a_root_that_is_read_only_without_any_capability(run):
    options = ("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges")
    server = run("--listen=0.0.0.0:50051", "--metrics=open", options=options)
    assert server.client(fresh_user()).save().version == 1
    assert server.ask("/metrics").status == 200
    for one in server.processes():
        assert (one["NoNewPrivs"], int(one["CapBnd"], 16)) == ("1", 0), one
    assert server.stop() == 0, server.log
