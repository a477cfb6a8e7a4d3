"""What a connection must be before a call is heard on it."""

import socket
import ssl

import pytest

from harness.client import document
from harness.identifiers import fresh_user
from harness.stubs import service_pb2
from harness.wire import PATIENCE, Wire, framed, over_unix, tls_context

STATISTICS = service_pb2.GetWorkflowStatisticsRequest().SerializeToString()


@pytest.fixture
def ca(server):
    return server.data / "tls" / "ca.pem"


def connect(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def reads_nothing_more(connected: socket.socket) -> bool:
    """Whether the other side has closed, having sent no HTTP/2."""
    try:
        return connected.recv(1) == b""
    except (ConnectionResetError, ssl.SSLError):
        return True


@pytest.mark.parametrize("alpn", [["http/1.0"], ["spdy/3"]], ids=["http", "spdy"])
def test_tls_with_alpn_of_what_is_not_spoken_is_refused(server, ca, alpn):
    raw = connect(server)
    try:
        connected = tls_context(ca, alpn).wrap_socket(raw, server_hostname="localhost")
    except (ssl.SSLError, ConnectionResetError):
        return
    with connected:
        assert connected.selected_alpn_protocol() is None
        assert reads_nothing_more(connected)


def test_tls_1_1_is_refused(server, ca):
    context = tls_context(ca, ["h2"])
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with connect(server) as raw, pytest.raises(ssl.SSLError) as caught:
        context.wrap_socket(raw, server_hostname="localhost")
    # Refused by the server, with an alert or none, and not by our own side.
    assert "ALERT" in caught.value.reason or "EOF" in caught.value.reason


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(server, ca, version):
    context = tls_context(ca, ["h2"])
    context.minimum_version = context.maximum_version = version
    raw = connect(server)
    with Wire(context.wrap_socket(raw, server_hostname="localhost")) as wire:
        assert wire.socket.selected_alpn_protocol() == "h2"
        token = server.token(fresh_user())
        assert wire.call("GetWorkflowStatistics", token, STATISTICS).status == 0


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", socket.gethostname()])
def test_the_development_certificate_is_good_for_this_machines_names(server, ca, name):
    raw = connect(server)
    with tls_context(ca, ["h2"]).wrap_socket(raw, server_hostname=name) as connected:
        assert connected.selected_alpn_protocol() == "h2"


def test_the_development_certificate_is_of_its_own_authority(server):
    with connect(server) as raw, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0" * 99],
    ids=["http1", "prior-knowledge", "zeros"],
)
def test_plain_tcp_is_refused(server, sent):
    with connect(server) as raw:
        raw.sendall(sent)
        received = b""
        try:
            while piece := raw.recv(4096):
                received += piece
        except ConnectionResetError:
            pass
        # Nothing, or a TLS alert.
        assert received[:1] in (b"", b"\x15")


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 99, b"\x16" + b"x" * 99])
def test_garbage_on_the_unix_socket_closes_that_connection_alone(server, sent):
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(PATIENCE)
        raw.connect(str(server.socket))
        raw.sendall(sent)
        try:
            while raw.recv(4096):
                pass
        except ConnectionResetError:
            pass
    with over_unix(server) as wire:
        token = server.token(fresh_user())
        assert wire.call("GetWorkflowStatistics", token, STATISTICS).status == 0


def test_many_connections_at_once_are_all_served(server, ca):
    token = server.token(fresh_user())
    wires = [over_unix(server) for _ in range(100)]
    try:
        assert all(w.call("GetWorkflowStatistics", token, STATISTICS).status == 0 for w in wires)
    finally:
        for wire in wires:
            wire.socket.close()


def test_a_reader_that_stops_reading_holds_nobody_up_and_gets_it_all_in_the_end(server):
    user = server.client(fresh_user())
    saved = user.save(input_data=document("x" * 3_900_000))
    request = service_pb2.GetWorkflowExecutionRequest(id=saved.id).SerializeToString()
    with over_unix(server) as slow:
        streams = [slow.begin("GetWorkflowExecution", user.token) for _ in range(10)]
        for stream in streams:
            slow.send(stream, framed(request), end=True)

        # Far more than the windows of the connection and its socket hold waits for it by now.
        for _ in range(20):
            assert user.get(saved.id) == saved

        for stream in streams:
            answer = slow.answer(stream)
            assert answer.status == 0
            got = service_pb2.GetWorkflowExecutionResponse.FromString(answer.body)
            assert got.execution == saved
