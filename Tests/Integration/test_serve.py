"""How `workflow-history serve` starts, refuses to start, and stops."""

import os
import pwd
import shutil
import signal
import socket
import stat
from concurrent import futures

import grpc
import pytest

from harness import tokens
from harness.client import Client, refused
from harness.folders import temporary_folder
from harness.identifiers import fresh_user
from harness.server import Server, held_port, wait_until


@pytest.fixture
def unstarted():
    """A server of the test's own that it starts itself."""
    servers = []

    def make(*flags, **arguments) -> Server:
        servers.append(Server(*flags, **arguments))
        return servers[-1]

    yield make
    for server in servers:
        server.remove()


def assert_refused_in_one_line(server: Server, *words: str):
    status, output = server.refusal()
    assert status == 1, output
    lines = output.strip().splitlines()
    assert len(lines) == 1, output
    for word in words:
        assert word in lines[0], output
    assert server.postmasters() == []


def test_one_line_says_when_it_accepts_calls(own_server):
    lines = [line for line in own_server.output if own_server.address in line]
    assert len(lines) == 1, own_server.log
    assert own_server.client(fresh_user()).save().version == 1


def test_sigterm_stops_it_and_its_postgres(own_server):
    assert len(own_server.postmasters()) == 1
    assert own_server.stop(signal.SIGTERM) == 0
    assert own_server.postmasters() == []
    assert not own_server.socket.exists()


def test_control_c_stops_it_and_its_postgres(own_server):
    assert own_server.stop(signal.SIGINT) == 0
    assert own_server.postmasters() == []


def test_postgres_never_runs_as_root(own_server):
    (postmaster,) = own_server.postmasters()
    owner = os.stat(f"/proc/{postmaster}").st_uid
    assert owner != 0
    if os.geteuid() == 0:
        assert pwd.getpwuid(owner).pw_name == "postgres"
    else:
        assert owner == os.geteuid()


def test_postgres_listens_on_no_tcp_port(own_server):
    owned = {own_server.process.pid, *own_server.postgres_processes()}
    listening = {port for pid in owned for port in listening_ports(pid)}
    assert listening == {own_server.port}


def listening_ports(pid: int) -> set[int]:
    """The TCP ports on which the process itself listens."""
    sockets = set()
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")
    except (FileNotFoundError, ProcessLookupError):
        # Postgres ends its workers when they are done.
        return set()
    for descriptor in descriptors:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            sockets.add(target[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}") as lines:
            for fields in (line.split() for line in list(lines)[1:]):
                listens = fields[3] == "0A"
                if listens and fields[9] in sockets:
                    ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


@pytest.mark.parametrize("secret", ["jwt/secret", "tls/server.key"])
def test_what_is_secret_is_readable_by_its_owner_alone(server, secret):
    assert stat.S_IMODE((server.data / secret).stat().st_mode) & 0o077 == 0


def test_servers_on_one_data_directory_share_one_postgres_and_the_last_stops_it(unstarted):
    first, second = unstarted(), unstarted()
    second.use_data_of(first)
    saved = first.start().client("ann").save()
    second.start()
    (postmaster,) = first.postmasters()
    assert second.client("ann").get(saved.id) == saved

    assert first.stop() == 0
    assert second.postmasters() == [postmaster]
    assert second.client("ann").get(saved.id) == saved
    assert second.stop() == 0
    assert second.postmasters() == []


def test_servers_that_start_together_on_a_fresh_data_directory_start_one_postgres(unstarted):
    first, second = unstarted(), unstarted()
    second.use_data_of(first)
    with futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(Server.start, (first, second)))
    assert len(first.postmasters()) == 1
    saved = first.client("ann").save()
    assert second.client("ann").get(saved.id) == saved
    assert (first.ca, first.secret) == (second.ca, second.secret)


def test_a_port_in_use_is_one_line_and_exit_1(unstarted):
    server = unstarted()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", server.port))
        taken.listen()
        assert_refused_in_one_line(server, str(server.port), "in use")
    server.start()


def test_a_data_directory_that_cannot_be_made_is_one_line_and_exit_1(unstarted):
    server = unstarted()
    server.data.write_text("a file, and no directory")
    assert_refused_in_one_line(server, f"can't make the directory {server.data}: Not a directory")


def test_a_bad_certificate_is_one_line_and_exit_1(unstarted):
    folder = temporary_folder()
    bad = folder / "bad.pem"
    bad.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    server = unstarted("--tls-cert", str(bad), "--tls-key", str(bad), folder=folder)
    assert_refused_in_one_line(server, str(bad))


def test_a_certificate_that_is_not_there_is_one_line_and_exit_1(unstarted):
    server = unstarted("--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem")
    assert_refused_in_one_line(server, "/nowhere/")


def test_a_key_of_another_certificate_is_one_line_and_exit_1(unstarted, server, own_server):
    certificate, key = server.data / "tls" / "server.pem", own_server.data / "tls" / "server.key"
    other = unstarted("--tls-cert", str(certificate), "--tls-key", str(key))
    assert_refused_in_one_line(other, str(key))


def test_a_secret_file_that_is_not_there_is_one_line_and_exit_1(unstarted):
    assert_refused_in_one_line(unstarted("--jwt-secret-file", "/nowhere/secret"), "/nowhere/secret")


def test_a_secret_that_is_too_short_is_one_line_and_exit_1(unstarted):
    folder = temporary_folder()
    secret = folder / "secret"
    secret.write_text("short")
    secret.chmod(0o600)
    assert_refused_in_one_line(unstarted("--jwt-secret-file", str(secret), folder=folder), "32")


def test_a_database_that_is_not_there_is_one_line_and_exit_1(unstarted):
    server = unstarted("--database", "host=/nowhere dbname=nothing connect_timeout=2")
    assert_refused_in_one_line(server, "/nowhere")


def test_a_certificate_and_a_secret_of_ones_own_are_used(unstarted, server):
    folder = temporary_folder()
    secret = folder / "my-secret"
    secret.write_bytes(b"a secret of forty bytes, and made by hand\n")
    secret.chmod(0o600)
    for name in ("server.pem", "server.key"):
        shutil.copy(server.data / "tls" / name, folder / name)
    own = unstarted(
        *("--tls-cert", str(folder / "server.pem"), "--tls-key", str(folder / "server.key")),
        *("--jwt-secret-file", str(secret)),
        folder=folder,
    ).start()

    token = tokens.token(secret.read_bytes().strip(), "ann")
    credentials = grpc.ssl_channel_credentials(server.ca)
    with grpc.secure_channel(own.address, credentials) as channel:
        assert Client(channel, "ann", token).save().user_id == "ann"
        with refused(grpc.StatusCode.UNAUTHENTICATED):
            Client(channel, "ann", server.token("ann")).statistics()


def test_plain_tcp_is_served_only_where_it_is_asked_for_and_with_a_warning(unstarted):
    with held_port() as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
        own = unstarted("--insecure-listen", address).start()
    # The log is written beside what says that calls are accepted.
    wait_until(
        lambda: any("warning" in line and address in line for line in own.output),
        what="the warning",
    )
    user = fresh_user()
    with grpc.insecure_channel(address) as channel:
        assert Client(channel, user, own.token(user)).save().user_id == user
        with refused(grpc.StatusCode.UNAUTHENTICATED):
            Client(channel, user, None).statistics()


@pytest.mark.parametrize("loops", [1, 3])
def test_it_serves_with_any_number_of_loops(unstarted, loops):
    own = unstarted("--loops", str(loops)).start()
    user = fresh_user()
    saved = own.client(user).save()
    for _ in range(8):
        assert own.client(user).get(saved.id) == saved


def test_a_stale_socket_file_is_no_hindrance(unstarted):
    own = unstarted()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(own.socket))
    own.start()
    assert own.client(fresh_user(), "unix").save().version == 1
