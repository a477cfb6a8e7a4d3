"""Connections that carry HTTP: how long they live, and who speaks first of an end."""

import http.client
import json
import socket
import ssl
import subprocess
import urllib.request

import pytest

from harness import curl
from harness.identifiers import fresh_user
from harness.server import Server


def test_a_connection_of_http_client_serves_one_request_after_the_other(server):
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    connection = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=60)
    connection.sock = context.wrap_socket(
        socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost"
    )
    one_socket = connection.sock
    headers = {"authorization": f"Bearer {server.token(fresh_user())}"}
    for target, status in [("/v1/statistics", 200), ("/v1/none", 404), ("/v1/executions", 200)]:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        assert answer.status == status and json.loads(answer.read())
        assert connection.sock is one_socket
    connection.close()


def test_a_client_without_alpn_speaks_http_1_1(server):
    # As urllib does, where it is given a context of its caller's.
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    headers = {"authorization": f"Bearer {server.token(fresh_user())}"}
    url = f"https://localhost:{server.port}/v1/statistics"
    asked = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(asked, context=context, timeout=60) as answer:
        assert answer.version == 11 and json.load(answer)["statistics"]["totalExecutions"] == "0"


def test_who_closes_both_sides_leaves_no_connection_behind():
    narrow = Server("--max-connections", "2")
    try:
        narrow.start()
        context = ssl.create_default_context(cafile=str(narrow.data / "tls" / "ca.pem"))
        context.set_alpn_protocols(["http/1.1"])
        # Each takes the place of one that is gone, though that was answered.
        for _ in range(20):
            raw = socket.create_connection(("127.0.0.1", narrow.port), timeout=20)
            tls = context.wrap_socket(raw, server_hostname="localhost")
            tls.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n")
            tls.close()
    finally:
        narrow.remove()


def test_who_closes_its_side_behind_a_request_is_answered(server):
    token = server.token(fresh_user())
    request = f"GET /v1/statistics HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(60)
        plain.connect(str(server.socket))
        plain.sendall(request.encode())
        plain.shutdown(socket.SHUT_WR)
        assert complete(plain.makefile("rb").read())["statistics"]["userId"]
    # By TLS it is said by close_notify.
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:

        def until_read(ask):
            while True:
                try:
                    return ask()
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    received = raw.recv(1 << 16)
                    incoming.write(received) if received else incoming.write_eof()

        until_read(tls.do_handshake)
        tls.write(request.encode())
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        answer = b""
        # The server says so too.
        with pytest.raises(ssl.SSLZeroReturnError):
            while True:
                answer += until_read(lambda: tls.read(1 << 16))
        assert complete(answer)["statistics"]["userId"]


def complete(answer: bytes) -> dict:
    """The body of an answer to HTTP/1.1."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    return json.loads(body)


@pytest.mark.parametrize("version", ["--http1.1", "--http2-prior-knowledge"])
def test_a_watch_tells_of_each_change_as_it_happens_until_the_server_stops(own_server, version):
    caller = curl.Caller(own_server, ("unix", "1.1"))
    command = ["curl", "--silent", "--no-buffer", "--max-time", "60", version]
    command += ["--unix-socket", str(own_server.socket), "--write-out", "%{http_code}"]
    command += ["--header", f"authorization: Bearer {caller.token}"]
    command += ["--header", "accept: text/event-stream", "http://localhost/v1/executions:watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        # The first event says from where the watch goes on.
        first = watch.stdout.readline().removeprefix("id: ").strip()
        assert watch.stdout.readline().startswith('data: {"changes":[]')
        saved = caller.save()
        line = watch.stdout.readline()
        while saved["id"] not in line:
            line = watch.stdout.readline()
        (change,) = json.loads(line.removeprefix("data: "))["changes"]
        assert change["kind"] == "CHANGE_KIND_CREATED"
        # Another goes on after that event, whatever its own address says.
        again = [*command[:-1], "--header", f"last-event-id: {first}"]
        again += ["http://localhost/v1/executions:watch?resumeToken=nonsense"]
        with subprocess.Popen(again, stdout=subprocess.PIPE, text=True) as resumed:
            line = resumed.stdout.readline()
            while saved["id"] not in line:
                assert line.startswith(("id: ", "data: {", "\n"))
                line = resumed.stdout.readline()
            resumed.kill()
        assert own_server.stop() == 0
        rest = watch.stdout.read()
        assert rest.endswith("200") and "event: error" in rest
    assert watch.returncode == 0


def test_as_many_connections_are_served_as_may_be_open():
    server = Server("--max-connections", "2")
    try:
        server.start()
        open_ones = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for one in open_ones:
            one.connect(str(server.socket))
            one.sendall(b"GET /v1/none HTTP/1.1\r\nhost: a\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 404 ")
        third = socket.socket(socket.AF_UNIX)
        third.settimeout(60)
        third.connect(str(server.socket))
        third.sendall(b"GET /v1/none HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        open_ones[0].close()
        assert third.recv(100).startswith(b"HTTP/1.1 404 ")
        third.close()
        open_ones[1].close()
        assert server.stop() == 0
    finally:
        server.remove()
