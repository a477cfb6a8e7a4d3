"""The keys that tokens are held against: of every kind, several at once, replaced while it runs."""

import base64
import hashlib
import hmac
import json
import os
import signal
import time

import grpc
import pytest

from harness import keys, tokens
from harness.client import Client, refused
from harness.identifiers import fresh_user
from harness.load import Load
from harness.server import Server, wait_until
from harness.stubs import changes_pb2

KEYS = {algorithm: keys.make(algorithm, f"key-{algorithm}") for algorithm in keys.EVERY_ALGORITHM}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    keys.publish(folder / "jwks.json", *KEYS.values())
    (folder / "revoked").write_text("")
    server = Server(
        *("--jwt-jwks-file", str(folder / "jwks.json")),
        *("--jwt-revocations-file", str(folder / "revoked")),
    )
    server.keys_folder = folder
    try:
        yield server.start()
    finally:
        server.remove()


def caller(server, token: str) -> Client:
    return Client(server.channel(), "", token)


def is_refused(server, token: str) -> str | None:
    """Why a token is refused; nil where it is good."""
    try:
        caller(server, token).statistics()
        return None
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAUTHENTICATED
        return error.details()


@pytest.mark.parametrize("algorithm", keys.EVERY_ALGORITHM)
def test_a_key_of_each_algorithm_signs(server, algorithm):
    user = fresh_user()
    client = caller(server, KEYS[algorithm].token(user))
    assert client.save().user_id == user


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA", "HS256"])
def test_a_token_without_a_kid_is_good_by_any_key(server, algorithm):
    claims = {"sub": fresh_user(), "exp": tokens.now() + 60}
    anonymous = keys.Key(algorithm, None, KEYS[algorithm].private)
    assert is_refused(server, anonymous.sign(claims)) is None


@pytest.mark.parametrize("algorithm", keys.EVERY_ALGORITHM)
def test_another_key_is_refused_whatever_it_calls_itself(server, algorithm):
    stranger = keys.make(algorithm, KEYS[algorithm].id)
    assert is_refused(server, stranger.token("ann")) == "the token's signature does not match"
    unknown = keys.Key(algorithm, "of-nobody", KEYS[algorithm].private)
    assert "'kid'" in is_refused(server, unknown.token("ann"))


def by_hand(header: dict | str, payload: dict | str, secret: bytes, digest="sha256") -> str:
    """A token with an HMAC for its signature, whatever its header says."""

    def part(value) -> bytes:
        text = value if isinstance(value, str) else json.dumps(value)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")

    signed = part(header) + b"." + part(payload)
    code = hmac.new(secret, signed, getattr(hashlib, digest)).digest()
    return (signed + b"." + base64.urlsafe_b64encode(code).rstrip(b"=")).decode()


def test_a_public_key_is_no_secret(server):
    """Algorithm confusion: an HMAC under what everybody knows of an asymmetric key."""
    claims = {"sub": "ann", "exp": tokens.now() + 60}
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        key = KEYS[algorithm]
        public = json.dumps(key.jwk).encode()
        spellings = [key.public_pem, key.public_pem.strip(), public]
        spellings += [
            base64.urlsafe_b64decode(key.jwk[name] + "==")
            for name in ("n", "x", "y")
            if name in key.jwk
        ]
        for secret in spellings:
            for name, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                for kid in (key.id, KEYS[name].id, None):
                    header = {"alg": name} | ({"kid": kid} if kid else {})
                    assert is_refused(server, by_hand(header, claims, secret, digest))


def test_a_key_signs_by_its_own_algorithms_alone(server):
    claims = {"sub": "ann", "exp": tokens.now() + 60}
    for name in ("RS256", "ES256", "HS256"):
        good = KEYS[name].sign(claims)
        header, payload, signature = good.split(".")
        for other in {"none", "None", "", "HS256", "RS256", "PS256", "ES256", "EdDSA"} - {name}:
            changed = json.dumps({"alg": other, "kid": KEYS[name].id}).encode()
            text = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
            for last in (signature, ""):
                assert is_refused(server, f"{text}.{payload}.{last}")


HEADERS = {
    "crit": {"crit": ["exp"]},
    "a key of its own": {"jwk": keys.make("ES256", "own").jwk},
    "a place to fetch a key from": {"jku": "https://127.0.0.1:1/jwks.json"},
    "a certificate of its own": {"x5c": ["MIIB"]},
    "a place to fetch a certificate from": {"x5u": "https://127.0.0.1:1/cert.pem"},
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_that_brings_a_key_is_refused_though_the_signature_is_good(server, what):
    claims = {"sub": "ann", "exp": tokens.now() + 60}
    assert is_refused(server, KEYS["ES256"].sign(claims, **HEADERS[what]))
    assert is_refused(server, KEYS["ES256"].sign(claims)) is None


@pytest.mark.parametrize(
    "header, payload",
    [
        ('{"alg":"HS256","alg":"none"}', '{"sub":"ann","exp":EXP}'),
        ('{"alg":"HS256"}', '{"sub":"ann","exp":EXP,"sub":"bob"}'),
        ('{"alg":"HS256"}', '{"sub":"ann","exp":EXP,"s\\u0075b":"bob"}'),
        ('{"alg":"HS256"}', '{"sub":"ann","exp":EXP,"scope":"","scope":"history:any"}'),
    ],
)
def test_a_name_that_stands_twice_is_refused(server, header, payload):
    secret = KEYS["HS256"].private
    token = by_hand(header, payload.replace("EXP", str(tokens.now() + 60)), secret)
    assert "twice" in is_refused(server, token)
    once = by_hand('{"alg":"HS256"}', {"sub": "ann", "exp": tokens.now() + 60}, secret)
    assert is_refused(server, once) is None


def test_what_is_revoked_is_refused_and_what_is_taken_off_the_list_is_good_again(server):
    user, other = fresh_user(), fresh_user()
    exp = tokens.now() + 3600
    first, second = (KEYS["ES256"].sign({"sub": user, "exp": exp, "jti": jti}) for jti in "ab")
    others = KEYS["ES256"].token(other)
    assert [is_refused(server, token) for token in (first, second, others)] == [None] * 3
    listed = server.keys_folder / "revoked"
    keys.replace(listed, f"# of today\njti a\n\nsub {other}\n".encode())
    wait_until(lambda: is_refused(server, first) is not None, what="the revocation")
    assert is_refused(server, first) == is_refused(server, others) == "the token was revoked"
    assert is_refused(server, second) is None
    # A list that can't be read changes nothing.
    keys.replace(listed, b"everybody\n")
    wait_until(lambda: f"{listed}: line 1" in server.log, what="the refusal of the list")
    assert is_refused(server, first) == "the token was revoked"
    keys.replace(listed, b"")
    wait_until(lambda: is_refused(server, first) is None, what="the list")


def test_a_stream_ends_when_its_token_expires_or_is_revoked(server):
    user = fresh_user()
    writer = caller(server, KEYS["ES256"].token(user))
    long = KEYS["ES256"].sign({"sub": user, "exp": tokens.now() + 3600, "jti": "of-a-watch"})
    lasting = watch_of(Client(writer.channel, "", long))
    # The connections are there: within its short life it begins no more than a watch.

    def begun(expires: int):
        short = KEYS["ES256"].sign({"sub": user, "exp": expires, "scope": "history:write"})
        return watch_of(Client(writer.channel, "", short))

    passing, exp = tokens.used_before_expiry(begun)

    def ends(watch) -> bool:
        """Whether the watch tells of a save no more."""
        writer.save()
        try:
            while not next(watch).changes:
                pass
            return False
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED
            return True

    wait_until(lambda: ends(passing), what="the end of the watch whose token expires")
    assert tokens.now() >= exp
    assert not ends(lasting)
    listed = server.keys_folder / "revoked"
    keys.replace(listed, b"jti of-a-watch\n")
    wait_until(lambda: ends(lasting), what="the end of the watch whose token is revoked")
    keys.replace(listed, b"")


def watch_of(client: Client):
    """A watch that has begun."""
    call = client.stub.WatchWorkflowExecutions(
        changes_pb2.WatchWorkflowExecutionsRequest(), metadata=client.metadata, timeout=120
    )
    next(call)
    return call


def rotating_server(path, *flags: str) -> Server:
    return Server("--jwt-jwks-file", str(path), *flags)


def test_keys_rotate_under_load_and_no_call_fails(tmp_path):
    path = tmp_path / "jwks.json"
    old, new = keys.make("ES256", "old"), keys.make("RS256", "new")
    keys.publish(path, old)
    server = rotating_server(path)
    try:
        server.start()
        user = fresh_user()
        before, after = old.token(user), new.token(user)
        client = caller(server, before)
        with Load(client, threads=8).running() as load:
            wait_until(lambda: len(load.acknowledged) >= 50, what="saves under the old key")
            keys.publish(path, old, new)
            wait_until(lambda: is_refused(server, after) is None, what="the new key")
            load.client = caller(server, after)
            count = len(load.acknowledged)
            wait_until(lambda: len(load.acknowledged) >= count + 50, what="saves under the new")
            keys.publish(path, new)
            wait_until(lambda: is_refused(server, before) is not None, what="the old key's end")
            count = len(load.acknowledged)
            wait_until(lambda: len(load.acknowledged) >= count + 50, what="saves afterwards")
        assert load.refusals == []
    finally:
        server.remove()


def test_a_broken_set_keeps_the_old_keys_and_says_so_and_a_hangup_reads_at_once(tmp_path):
    path = tmp_path / "jwks.json"
    key = keys.make("EdDSA", "one")
    keys.publish(path, key)
    server = rotating_server(path)
    try:
        server.start()
        small = keys.make("RS256", "small", size=1024)
        for number, content in enumerate(
            [b"", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA"}]}']
        ):
            keys.replace(path, content)
            server.process.send_signal(signal.SIGHUP)
            wait_until(
                lambda count=number: server.log.count("stay as they were") > count, what="the error"
            )
            assert is_refused(server, key.token("ann")) is None
        keys.publish(path, small)
        wait_until(lambda: "2048 bits" in server.log, what="the error")
        assert is_refused(server, key.token("ann")) is None
    finally:
        server.remove()


def test_issuer_audience_and_leeway(tmp_path):
    path = tmp_path / "jwks.json"
    key = keys.make("ES256", "one")
    keys.publish(path, key)
    server = rotating_server(
        path, "--jwt-issuer", "us", "--jwt-audience", "history", "--jwt-leeway", "1m"
    )
    try:
        server.start()
        claims = {"sub": "ann", "exp": time.time() + 60, "iss": "us", "aud": ["other", "history"]}
        assert is_refused(server, key.sign(claims)) is None
        assert is_refused(server, key.sign(claims | {"exp": time.time() - 30})) is None
        assert "expired" in is_refused(server, key.sign(claims | {"exp": time.time() - 90}))
        assert "'iss'" in is_refused(server, key.sign(claims | {"iss": "them"}))
        assert "'aud'" in is_refused(server, key.sign(claims | {"aud": "other"}))
        assert "'iss'" in is_refused(server, key.token("ann"))
    finally:
        server.remove()


def test_several_secrets_are_good_and_the_data_directorys_is_not_among_them(tmp_path):
    secrets = [os.urandom(48), os.urandom(64)]
    for number, secret in enumerate(secrets):
        (tmp_path / str(number)).write_bytes(secret.hex().encode())
    flags = [flag for n in "01" for flag in ("--jwt-secret-file", str(tmp_path / n))]
    server = Server(*flags)
    try:
        server.start()
        for secret in secrets:
            for algorithm in ("HS256", "HS384", "HS512"):
                claims = {"sub": "ann", "exp": tokens.now() + 60}
                token = tokens.sign(secret.hex().encode(), claims, algorithm)
                assert is_refused(server, token) is None
        assert not (server.data / "jwt" / "secret").exists()
    finally:
        server.remove()


@pytest.mark.parametrize(
    "content, said", [(None, "there is no file"), (b"[]", "no JWK Set"), (b'{"keys":[]}', "no key")]
)
def test_a_server_does_not_start_on_keys_that_it_can_not_read(content, said, tmp_path):
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_bytes(content)
    server = rotating_server(path)
    try:
        status, output = server.refusal()
        assert status == 1
        assert said in output and str(path) in output
    finally:
        server.remove()


def test_a_user_may_not_write_by_a_good_token_of_another_scope(server):
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        caller(server, KEYS["ES256"].token("ann", scope="")).save()
