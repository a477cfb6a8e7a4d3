"""The package in a clean Debian: its service from installation to purge, in this order."""

import os
import re
import socket

import pytest

from clean_root.service import UNIT, Service
from harness import prometheus
from harness.identifiers import fresh_user
from harness.server import wait_until


def test_an_installation_starts_the_service_and_whenever_the_machine_starts(service):
    assert service.state == "active", service.journal
    shown = service.machine.show(UNIT, "UnitFileState", "StatusText", "NRestarts")
    assert shown["UnitFileState"] == "enabled"
    assert "127.0.0.1:50051" in shown["StatusText"]
    assert shown["NRestarts"] == "0"


def test_it_serves_over_tls_to_the_outside(service):
    client = service.client(fresh_user())
    saved = client.save()
    assert client.get(saved.id) == saved


def test_its_command_line_finds_it(service):
    command = ["workflow-history", "statistics", "--data-dir", Service.DATA, "--json"]
    assert "totalExecutions" in service.machine.run(*command)


@pytest.mark.parametrize("version", ["2", "1.1"])
def test_it_serves_the_console_and_json_to_browsers_and_curl(service, version):
    page = service.ask("/", version=version)
    assert page.status == 200 and page.fields["content-type"].startswith("text/html")
    described = service.ask("/openapi.json", version=version)
    assert (described.status, described.json["openapi"][:3]) == (200, "3.1")

    user = fresh_user()
    saved = service.client(user).save()
    token = service.token(user)
    page_of_history = service.ask("/v1/executions", token=token, version=version)
    assert [one["id"] for one in page_of_history.json["executions"]] == [saved.id]
    former = service.ask("/api/workflows/history", token=token, version=version)
    assert [one["id"] for one in former.json["executions"]] == [saved.id]


def test_it_tells_prometheus_of_its_process_which_sees_nothing_of_the_machine(service):
    assert service.ask("/metrics").status == 401
    scraped = service.ask("/metrics", token=service.token("prometheus", prometheus.READER))
    assert scraped.status == 200
    figures = {name: value for (name, labels), value in prometheus.samples(scraped.body).items()}
    for name in (
        *("cpu_seconds_total", "max_fds", "open_fds", "resident_memory_bytes"),
        *("start_time_seconds", "threads", "virtual_memory_bytes"),
    ):
        assert figures[f"process_{name}"] > 0, name
    assert figures["process_start_time_seconds"] == pytest.approx(service.started, abs=2)


def test_members_of_its_group_may_use_the_unix_socket_and_nobody_else(service):
    path = "/run/workflow-history/server.sock"
    connect = f'IO::Socket::UNIX->new(Peer => "{path}") or die "$!\\n"'
    perl = ["perl", "-MIO::Socket::UNIX", "-e", connect]
    nobody = ["setpriv", "--reuid=nobody", "--clear-groups"]
    service.machine.run(*nobody, "--regid=workflow-history", *perl)
    said = service.machine.run(*nobody, "--regid=nogroup", *perl, fails=True)
    assert "Permission denied" in said


def test_it_runs_as_its_own_user_with_no_privilege_and_filtered_calls(service):
    status = service.machine.run("cat", f"/proc/{service.main_process}/status")
    fields = dict(re.findall(r"^(\w+):\s+(.*)$", status, re.MULTILINE))
    user = service.machine.run("id", "--user", "workflow-history").strip()
    assert set(fields["Uid"].split()) == {user} and user != "0"
    assert {int(fields[name], 16) for name in ("CapBnd", "CapEff", "CapPrm")} == {0}
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")


def test_what_it_keeps_is_nobody_elses_to_read(service):
    service.machine.run("runuser", "-u", "nobody", "--", "ls", Service.DATA, fails=True)


def test_it_is_started_again_after_a_crash_and_has_what_it_had(service):
    user = fresh_user()
    saved = service.client(user).save()
    before = service.main_process
    service.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UNIT)
    wait_until(lambda: service.main_process not in (0, before), what="another server")
    wait_until(lambda: service.state == "active", what="the restart")
    assert service.client(user).get(saved.id) == saved


def test_a_reload_leaves_it_running(service):
    before = service.main_process
    service.machine.run("systemctl", "reload", UNIT)
    wait_until(lambda: "read anew" in service.journal, what="the keys to be read anew")
    assert (service.state, service.main_process) == ("active", before)


def test_with_its_sockets_held_by_systemd_a_restart_refuses_no_connection(service):
    service.machine.run("systemctl", "stop", UNIT)
    service.machine.run("systemctl", "start", "workflow-history.socket")
    user = fresh_user()
    # The connection is what starts it.
    saved = service.client(user).save()
    before = service.main_process
    service.machine.run("systemctl", "restart", "--no-block", UNIT)

    def is_another():
        socket.create_connection(("127.0.0.1", Service.PORT)).close()
        return service.main_process not in (0, before)

    wait_until(is_another, what="the next server")
    assert service.client(user).get(saved.id) == saved
    service.machine.run("systemctl", "stop", "workflow-history.socket", UNIT)
    service.machine.run("systemctl", "start", UNIT)


def test_an_upgrade_keeps_executions_and_what_an_administrator_has_written(service, upgrade):
    machine, user = service.machine, fresh_user()
    saved = service.client(user).save()
    flags = "--audit-log /var/log/workflow-history/audit.log"
    machine.path("/etc/default/workflow-history").write_text(f'SERVE_FLAGS="{flags}"\n')
    before = service.main_process

    Service.install(machine, upgrade)

    version = machine.run("dpkg-query", "--show", "--showformat=${Version}", "workflow-history")
    assert version in upgrade.name
    assert service.state == "active" and service.main_process != before, service.journal
    client = service.client(user)
    assert client.get(saved.id) == saved
    client.save()
    assert user in machine.path("/var/log/workflow-history/audit.log").read_text()


def test_a_removal_stops_it_and_keeps_its_data_which_another_installation_finds(service, package):
    machine, user = service.machine, fresh_user()
    saved = service.client(user).save()
    machine.run("apt-get", "remove", "--yes", "--quiet=2", "workflow-history")
    assert service.state == "inactive"
    processes = ["find", "/proc", "-maxdepth", "1", "-name", "[0-9]*", "-user", "workflow-history"]
    assert machine.run(*processes, fails=None) == ""
    assert machine.path(f"{Service.DATA}/postgres/PG_VERSION").exists()

    Service.install(machine, package)
    assert service.client(user).get(saved.id) == saved


def test_a_purge_removes_it_with_its_data(service):
    machine = service.machine
    machine.run("apt-get", "purge", "--yes", "--quiet=2", "workflow-history")
    for place in (
        *("/etc/default/workflow-history", Service.DATA, "/var/log/workflow-history"),
        *("/run/workflow-history", "/usr/bin/workflow-history"),
        "/etc/systemd/system/multi-user.target.wants/workflow-history.service",
    ):
        assert not os.path.lexists(machine.path(place)), place
    assert machine.run("systemctl", "--failed", "--no-legend", "--plain") == ""
