"""What TLS and the Unix socket let in: versions, ciphers, resumption, new certificates, users."""

import os
import re
import socket
import ssl
import subprocess

import grpc
import pytest

from harness.certificates import Authority
from harness.client import Client
from harness.identifiers import fresh_user
from harness.load import Load
from harness.server import Server, wait_until

S_CLIENT = ("openssl", "s_client", "-alpn", "h2")


def s_client(server, *flags: str) -> str:
    """What `openssl s_client` says of a connection that is closed at once."""
    done = subprocess.run(
        [*S_CLIENT, "-connect", server.address, *flags],
        input="",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
    )
    return done.stdout + done.stderr


def negotiated(server, *flags: str) -> str | None:
    """The version and the cipher; nil where there is no session."""
    for line in s_client(server, *flags).splitlines():
        if line.startswith("New, TLS") and "(NONE)" not in line:
            return line.removeprefix("New, ")
    return None


def test_tls_13_is_chosen_where_the_client_has_it(server):
    assert negotiated(server).startswith("TLSv1.3")


# Security level 0 lets the client offer what nobody should take any more.
@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(server, version):
    assert negotiated(server, version, "-cipher", "ALL:@SECLEVEL=0") is None


def ciphers_of_tls_12() -> list[str]:
    listed = subprocess.run(
        ["openssl", "ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.strip().split(":") if not name.startswith("TLS_")]


def test_of_tls_12_only_aead_with_forward_secrecy_is_taken(server):
    taken = {
        name
        for name in ciphers_of_tls_12()
        if negotiated(server, "-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")
    }
    assert taken
    for name in taken:
        assert name.startswith("ECDHE-"), name
        assert "GCM" in name or "CHACHA20" in name, name


def test_a_session_is_resumed(server, tmp_path):
    for version in ("-tls1_2", "-tls1_3"):
        session = str(tmp_path / version)
        # TLS 1.3 sends its tickets after the handshake.
        process = subprocess.Popen(
            [*S_CLIENT, "-connect", server.address, version, "-sess_out", session],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda path=session: os.path.exists(path), what="a ticket")
        process.communicate(timeout=30)
        assert "Reused, TLS" in s_client(server, version, "-sess_in", session)


def answer_to_http2(server, context: ssl.SSLContext) -> bytes:
    """What begins as HTTP/2 is answered; an error where there is no connection."""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        wrapped.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        answer = wrapped.makefile("rb").read()
    if not answer:
        raise ConnectionError
    return answer


def test_without_h2_or_http_1_1_there_is_no_connection(server):
    context = ssl.create_default_context(cafile=str(server.data / "tls/ca.pem"))
    context.set_alpn_protocols(["http/1.0"])
    with pytest.raises((ssl.SSLError, ConnectionError)):
        answer_to_http2(server, context)


def test_without_alpn_there_is_no_http_2(server):
    context = ssl.create_default_context(cafile=str(server.data / "tls/ca.pem"))
    assert re.match(rb"HTTP/1\.1 (400|505) ", answer_to_http2(server, context))


def served_serial(server) -> str:
    shown = s_client(server, "-showcerts")
    return subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=shown, capture_output=True, text=True
    ).stdout


def test_a_certificate_is_replaced_under_load_and_no_call_fails(tmp_path):
    authority = Authority()
    names = ("DNS:localhost", "IP:127.0.0.1")
    paths = authority.issue(*names).write(tmp_path, "server")
    server = Server("--tls-cert", paths[0], "--tls-key", paths[1])
    try:
        server.start()
        first = served_serial(server)
        credentials = grpc.ssl_channel_credentials(authority.pem)

        def caller() -> Client:
            options = [("grpc.use_local_subchannel_pool", 1)]
            opened = grpc.secure_channel(server.address, credentials, options)
            server._channels.append(opened)
            return Client(opened, fresh_user(), server.token(fresh_user()))

        with Load(caller(), threads=8).running() as load:
            for _ in range(3):
                count = len(load.acknowledged)
                authority.issue(*names).write(tmp_path, "server")
                wait_until(
                    lambda last=first: served_serial(server) != last, what="the new certificate"
                )
                first = served_serial(server)
                caller().save()
                wait_until(lambda c=count: len(load.acknowledged) > c + 20, what="more saves")
            # One that can't be used changes nothing. Of half a pair the log may have told before.
            error = "certificates stay as they were"
            told = server.log.count(error)
            (tmp_path / "server.pem").write_bytes(b"no certificate")
            wait_until(lambda: server.log.count(error) > told, what="the error")
            assert served_serial(server) == first
            count = len(load.acknowledged)
            wait_until(lambda: len(load.acknowledged) > count + 20, what="more saves")
        assert load.refusals == []
    finally:
        server.remove()


def test_the_unix_socket_has_the_mode_that_it_is_given(tmp_path):
    server = Server("--unix-mode", "0600")
    try:
        server.start()
        assert server.socket.stat().st_mode & 0o777 == 0o600
        client = server.client(fresh_user(), "unix")
        assert client.save().user_id == client.user
    finally:
        server.remove()


def test_only_the_users_that_are_named_connect_by_the_unix_socket():
    server = Server("--unix-allow-uid", str(os.geteuid() + 1))
    try:
        server.start()
        with socket.socket(socket.AF_UNIX) as refused:
            refused.settimeout(20)
            refused.connect(str(server.socket))
            # Closed without a word.
            assert refused.recv(1) == b""
        wait_until(lambda: f"unix uid {os.geteuid()}" in server.log, what="the log")
        client = server.client(fresh_user())
        assert client.save().user_id == client.user
        server.stop()
        server.flags += ["--unix-allow-uid", str(os.geteuid())]
        server.start()
        client = server.client(fresh_user(), "unix")
        assert client.save().user_id == client.user
    finally:
        server.remove()
