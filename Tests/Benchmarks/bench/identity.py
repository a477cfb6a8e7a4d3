"""The CPU time of a get for each way in which a caller says who it is: server alone, whatever the
client takes."""

import collections
import dataclasses
from collections.abc import Callable, Iterator

import grpc

from bench import progress
from bench.calls import real_execution
from bench.figures import median
from bench.processes import cpu_seconds
from bench.report import Column, Report
from harness import keys, tokens
from harness.certificates import Authority
from harness.folders import temporary_folder
from harness.server import Server
from harness.stubs import service_grpc, service_pb2

USER = "bench"
SERVICE_NAME = "URI:spiffe://bench/caller"
CALLS, IN_FLIGHT = 20_000, 64

COLUMNS = [
    Column("name", "the caller"),
    Column("cpu_us_per_call", "CPU us/call", ".1f"),
    Column("ratio", "to a token that is known", ".2f"),
]

Metadata = tuple[tuple[str, str], ...]


@dataclasses.dataclass
class Way:
    """A way to say who calls: over a channel, with metadata for each call."""

    name: str
    channel: grpc.Channel
    metadata: Callable[[], Iterator[Metadata]]
    rounds: list[float] = dataclasses.field(default_factory=list)


def measure(rounds: int) -> Report:
    folder = temporary_folder()
    authority, key = Authority(), keys.make("ES256", "one")
    secret = keys.make("HS256", "two")
    keys.publish(folder / "jwks.json", key, secret)
    (folder / "identities").write_text(f"{SERVICE_NAME} {USER} history:write\n")
    server = Server(
        *("--jwt-jwks-file", str(folder / "jwks.json")),
        *("--tls-client-ca", authority.write(folder / "clients.pem")),
        *("--tls-client-identities", str(folder / "identities")),
    )
    try:
        server.start()
        ways = every_way(server, authority, key, secret)
        stub = service_grpc.WorkflowHistoryServiceStub(ways[0].channel)
        sent = service_pb2.SaveWorkflowExecutionRequest(execution=real_execution())
        saved = stub.SaveWorkflowExecution(sent, metadata=next(ways[0].metadata())).execution
        for number in range(rounds):
            for way in ways:
                progress.say(f"{way.name}, round {number + 1} of {rounds}")
                way.rounds.append(cpu_us_per_call(server, way, saved.id))
        for way in ways:
            way.channel.close()
        server.stop()
    finally:
        progress.end()
        server.remove()
    known = ways[0].rounds
    rows = [
        {
            "name": way.name,
            "cpu_us_per_call": median(way.rounds),
            "ratio": median(its / one for its, one in zip(way.rounds, known, strict=True)),
            "rounds": way.rounds,
        }
        for way in ways
    ]
    caption = f"gets, {IN_FLIGHT} in flight on one connection; medians of {rounds} rounds in turn"
    return Report("identity", caption, COLUMNS, rows)


def every_way(server: Server, authority: Authority, key: keys.Key, secret: keys.Key) -> list[Way]:
    issued = authority.issue(SERVICE_NAME)

    def channel(*client: bytes) -> grpc.Channel:
        credentials = grpc.ssl_channel_credentials(server.ca, *client)
        options = [("grpc.use_local_subchannel_pool", 1)]
        return grpc.secure_channel(server.address, credentials, options)

    def same(token: str) -> Callable[[], Iterator[Metadata]]:
        def metadata():
            while True:
                yield (("authorization", f"Bearer {token}"),)

        return metadata

    def fresh(key: keys.Key) -> Callable[[], Iterator[Metadata]]:
        # Signed before the clock runs: they are the client's to pay.
        def metadata():
            expiry = tokens.now() + 3600
            made = [
                key.sign({"sub": USER, "exp": expiry, "scope": tokens.READ_WRITE, "jti": str(n)})
                for n in range(CALLS // 4)
            ]
            for token in made:
                yield (("authorization", f"Bearer {token}"),)

        return metadata

    def nothing() -> Iterator[Metadata]:
        while True:
            yield ()

    return [
        Way("with a token that is known", channel(), same(secret.token(USER))),
        Way("with a certificate, and no token", channel(issued.key, issued.certificate), nothing),
        Way("with a fresh token each, HS256", channel(), fresh(secret)),
        Way("with a fresh token each, ES256", channel(), fresh(key)),
    ]


def cpu_us_per_call(server: Server, way: Way, id: str) -> float:
    stub = service_grpc.WorkflowHistoryServiceStub(way.channel)
    request = service_pb2.GetWorkflowExecutionRequest(id=id)
    metadata = way.metadata()
    first = next(metadata)
    stub.GetWorkflowExecution(request, metadata=first)
    under_way: collections.deque = collections.deque()
    count = 0
    before = cpu_seconds(server.process.pid)
    for _, one in zip(range(CALLS), metadata, strict=False):
        if len(under_way) == IN_FLIGHT:
            under_way.popleft().result()
        under_way.append(stub.GetWorkflowExecution.future(request, metadata=one))
        count += 1
    for call in under_way:
        call.result()
    return (cpu_seconds(server.process.pid) - before) / count * 1e6
