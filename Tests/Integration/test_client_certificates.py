"""Clients that show certificates: who may connect, and who needs no token."""

import grpc
import pytest

from harness import curl, keys
from harness.certificates import Authority
from harness.client import Client, refused
from harness.identifiers import fresh_user
from harness.server import Server, wait_until

WORKER = "URI:spiffe://example/executor"
LIST = f"""
# executors
{WORKER} executor history:write history:any
DNS:reader.example reader
"""


@pytest.fixture(scope="module")
def authority():
    return Authority()


def serving(folder, authority, *flags: str) -> Server:
    (folder / "identities").write_text(LIST)
    return Server(
        *("--tls-client-ca", authority.write(folder / "clients.pem")),
        *("--tls-client-identities", str(folder / "identities")),
        *flags,
    )


@pytest.fixture(scope="module")
def server(authority, tmp_path_factory):
    server = serving(tmp_path_factory.mktemp("certificates"), authority)
    try:
        yield server.start()
    finally:
        server.remove()


def channel(server, issued=None) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(
        server.ca, *((issued.key, issued.certificate) if issued else ())
    )
    # Channels of one process share their connections where their arguments are the same.
    options = [("grpc.use_local_subchannel_pool", 1)]
    opened = grpc.secure_channel(server.address, credentials, options)
    server._channels.append(opened)
    return opened


def client(server, issued=None, token: str | None = None, user: str = "") -> Client:
    return Client(channel(server, issued), user, token)


def test_a_service_that_is_listed_needs_no_token(server, authority):
    executor = client(server, authority.issue("DNS:pod-7.example", WORKER))
    user = fresh_user()
    saved = executor.save(user_id=user)
    assert saved.user_id == user
    assert executor.save().user_id == "executor"
    assert server.client(user).get(saved.id) == saved


def test_its_scopes_are_those_of_the_list(server, authority):
    reader = client(server, authority.issue("DNS:reader.example"))
    assert reader.statistics().user_id == "reader"
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        reader.save()
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        reader.history(user_id="executor")


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("DNS:stranger.example",),
        ("DNS:spiffe://example/executor",),
        ("URI:spiffe://example/executor2",),
        ("URI:spiffe://example/executo",),
        ("DNS:READER.example",),
    ],
)
def test_a_good_certificate_that_is_not_listed_is_nobody(server, authority, names):
    issued = authority.issue(*names, common_name="reader.example")
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        client(server, issued).statistics()


def test_a_token_says_who_calls_whatever_the_certificate_does(server, authority):
    issued = authority.issue(WORKER)
    user = fresh_user()
    caller = client(server, issued, server.token(user, scope=""))
    assert caller.statistics().user_id == user
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        caller.save()
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        client(server, issued, "garbage").statistics()


@pytest.fixture
def shows_certificate(authority, tmp_path) -> tuple[str, ...]:
    """The options by which curl shows what a browser would."""
    issued = authority.issue(WORKER)
    (tmp_path / "browser.pem").write_bytes(issued.certificate)
    (tmp_path / "browser.key").write_bytes(issued.key)
    shown = ("--cert", tmp_path / "browser.pem", "--key", tmp_path / "browser.key")
    return tuple(map(str, shown))


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_another_sites_page_changes_nothing_by_a_browsers_certificate(
    server, authority, shows_certificate, version
):
    def status(*fields: str, **more) -> int:
        way = ("tls", version)
        options = shows_certificate
        return curl.ask(
            server, "POST", path, fields=fields, way=way, options=options, **more
        ).status

    saved = client(server, authority.issue(WORKER)).save()
    path = f"/v1/executions/{saved.id}:heartbeat"
    assert status() == 200
    # What a page makes a browser send without the server's leave: forms, fetches without a body.
    for origin in ("origin: https://elsewhere.example", "origin: null"):
        assert status(origin) == 415
        assert status(origin, "content-type: text/plain", data=b"{}") == 415
        assert status(origin, "content-type: application/x-www-form-urlencoded", data=b"") == 415
    assert status("sec-fetch-site: cross-site") == 415


def test_what_is_told_to_a_certificate_alone_is_not_gzipped(server, authority, shows_certificate):
    executor = client(server, authority.issue(WORKER))
    for _ in range(3):
        executor.save(workflow_id="w" * 200)
    ask = {"options": shows_certificate, "fields": ("accept-encoding: gzip, identity;q=0",)}
    answer = curl.ask(server, "GET", "/v1/executions", **ask)
    assert len(answer.json["executions"]) >= 3 and "content-encoding" not in answer.fields
    token = server.token("executor")
    answer = curl.ask(server, "GET", "/v1/executions", token=token, **ask)
    assert answer.fields["content-encoding"] == "gzip"


def test_without_a_certificate_a_token_does(server):
    user = fresh_user()
    assert client(server, token=server.token(user)).save().user_id == user
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        client(server).statistics()


def has_no_connection(caller: Client):
    with refused(grpc.StatusCode.UNAVAILABLE):
        caller.statistics()


@pytest.mark.parametrize("kind", ["another's", "expired"])
def test_a_certificate_that_is_no_good_has_no_connection(server, authority, kind):
    issuer, days = (Authority(), 30) if kind == "another's" else (authority, -1)
    has_no_connection(client(server, issuer.issue(WORKER, days=days), server.token("ann")))


def test_where_they_are_required_nobody_connects_without(authority, tmp_path):
    server = serving(tmp_path, authority, "--tls-client-certificates", "required")
    try:
        server.start()
        has_no_connection(client(server, token=server.token("ann")))
        assert client(server, authority.issue(WORKER)).save().user_id == "executor"
        stranger = authority.issue("DNS:stranger.example")
        assert client(server, stranger, server.token("ann")).save().user_id == "ann"
    finally:
        server.remove()


def test_the_list_is_read_anew_and_a_revoked_service_is_refused(authority, tmp_path):
    (tmp_path / "revoked").write_text("")
    server = serving(tmp_path, authority, "--jwt-revocations-file", str(tmp_path / "revoked"))
    try:
        server.start()
        executor = client(server, authority.issue(WORKER))
        executor.save()

        def is_refused() -> bool:
            try:
                executor.statistics()
                return False
            except grpc.RpcError as error:
                return error.code() == grpc.StatusCode.UNAUTHENTICATED

        keys.replace(tmp_path / "revoked", b"sub executor\n")
        wait_until(is_refused, what="the revocation")
        keys.replace(tmp_path / "revoked", b"")
        wait_until(lambda: not is_refused(), what="its end")
        keys.replace(tmp_path / "identities", b"")
        wait_until(is_refused, what="the new list")
    finally:
        server.remove()


@pytest.mark.parametrize(
    "flags",
    [
        ("--tls-client-certificates", "required"),
        ("--tls-client-identities", "/dev/null"),
        ("--tls-client-ca", "/dev/null"),
    ],
)
def test_flags_that_ask_for_nobody_are_refused(flags):
    server = Server(*flags)
    try:
        status, output = server.refusal()
        assert status != 0
        assert "client" in output
    finally:
        server.remove()
