"""Unary calls a second over TLS, and what each costs: ours, nghttpd's and gRPC C++'s."""

import contextlib
import dataclasses
import pathlib
import socket
import statistics
import sys

from google.protobuf import wrappers_pb2

from bench.h2load import CIPHER, CONNECTIONS, STREAMS, Round, grpc_headers, run_round
from bench.processes import LOAD_CORE, check_cores, on_core
from bench.report import Column, Report
from bench.servers import EchoServer, FileServer, Folder, GRPCCppServer, HistoryServer
from harness.wire import Wire, framed, tls_context

# How often all servers are measured in turn, so that what else the machine does meets them alike.
ROUNDS = 5
WARM_UP_CALLS = 20_000
PAYLOAD_BYTES = 200

ECHO = "/workflow_history.benchmarks.EchoService/Echo"
HEALTH = "/grpc.health.v1.Health/Check"

COLUMNS = [
    Column("server", "server"),
    Column("calls_per_second", "calls/s", ",.0f"),
    Column("cpu_us_per_call", "CPU us/call", ".2f"),
    Column("calls_ratio", "ours/its calls/s", ".2f"),
    Column("cpu_ratio", "ours/its CPU", ".2f"),
    Column("answer_bytes", "bytes"),
]


@dataclasses.dataclass
class Contestant:
    """A server, what it is asked, and what it must answer."""

    name: str
    address: str
    pid: int
    ca: pathlib.Path
    path: str
    answer: bytes
    headers: list[str]
    # Nil: it is asked with GET.
    request: bytes | None
    rounds: list[Round] = dataclasses.field(default_factory=list)

    def ask_once(self):
        """Makes one call, and compares the answer byte by byte."""
        host, port = self.address.split(":")
        raw = socket.create_connection((host, int(port)))
        secured = tls_context(self.ca, ["h2"]).wrap_socket(raw, server_hostname="localhost")
        with Wire(secured) as wire:
            changes = {} if self.request is not None else {":method": "GET"}
            fields = [tuple(header.split(": ", 1)) for header in self.headers]
            changes |= {"content_type": None, "te": None}
            stream = wire.begin(self.path, None, *fields, **changes)
            wire.send(stream, self.request or b"", end=True)
            answer = wire.answer(stream)
        is_ok = answer.http_status == "200" and answer.trailers.get("grpc-status", "0") == "0"
        if not is_ok or answer.data != self.answer:
            raise SystemExit(f"{self.name} has answered {answer}")

    def measure(self, seconds: float, folder: Folder):
        """Makes calls for about so long, and keeps the figures."""
        rate = self.rounds[-1].calls_per_second if self.rounds else 0
        self.rounds.append(self.load(max(WARM_UP_CALLS, int(rate * seconds)), folder))

    def load(self, calls: int, folder: Folder) -> Round:
        body = None
        if self.request is not None:
            body = folder.path / "request"
            body.write_bytes(self.request)
        with on_core(LOAD_CORE):
            url = f"https://{self.address}{self.path}"
            measured = run_round(url, self.pid, calls, self.headers, body)
        expected = calls * len(self.answer)
        if measured.data_bytes != expected:
            raise SystemExit(f"{self.name}: {measured.data_bytes} bytes came, not {expected}")
        return measured


def measure(seconds: float) -> Report:
    check_cores()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(Folder())
        contestants = start(folder, stack)
        for contestant in contestants:
            contestant.ask_once()
            # The first round only warms up and tells the rate, by which the next has its length.
            contestant.measure(0, folder)
        for _ in range(ROUNDS):
            for contestant in contestants:
                contestant.measure(seconds / ROUNDS, folder)
    rows = [row(contestant, ours=contestants[0]) for contestant in contestants]
    caption = (
        f"unary calls, server on one core, {CONNECTIONS} connections of {STREAMS} streams over "
        f"TLS 1.3 with {CIPHER}; medians of {ROUNDS} rounds"
    )
    return Report("rpc", caption, COLUMNS, rows)


def start(folder: Folder, stack: contextlib.ExitStack) -> list[Contestant]:
    message = wrappers_pb2.BytesValue(value=bytes(i % 251 for i in range(PAYLOAD_BYTES)))
    echoed = framed(message.SerializeToString())
    headers = grpc_headers(folder.token())

    def contestant(name, server, path, headers=headers, request=echoed):
        return Contestant(
            name, server.address, server.pid, folder.certificate, path, echoed, headers, request
        )

    ours = stack.enter_context(EchoServer(folder))
    untold = stack.enter_context(EchoServer(folder, "--without-telemetry"))
    nghttpd = stack.enter_context(FileServer(folder, echoed))
    grpc_cpp = stack.enter_context(GRPCCppServer(folder))
    contestants = [
        contestant("ours", ours, ECHO),
        contestant("ours, without metrics and traces", untold, ECHO),
        contestant("nghttpd, a file", nghttpd, "/answer", headers=[], request=None),
        contestant("nghttpd, a file for the same request", nghttpd, "/answer"),
        contestant("gRPC C++", grpc_cpp, ECHO),
    ]
    try:
        contestants += [
            health("workflow-history, health", stack),
            health("workflow-history, health, without metrics", stack, "--metrics", "off"),
        ]
    except SystemExit as error:
        print(f"scripts/bench: without its health: {error}", file=sys.stderr)
    return contestants


def health(name: str, stack: contextlib.ExitStack, *flags: str) -> Contestant:
    """The real server, asked how it is."""
    real = HistoryServer(*flags)
    stack.callback(real.remove)
    real.start()
    contestant = Contestant(
        name=name,
        address=real.address,
        pid=real.process.pid,
        ca=real.data / "tls" / "ca.pem",
        path=HEALTH,
        # SERVING, in grpc.health.v1.HealthCheckResponse.
        answer=framed(bytes([0x08, 0x01])),
        headers=grpc_headers(None),
        request=framed(b""),
    )
    contestant.ask_once()
    return contestant


def row(contestant: Contestant, ours: Contestant) -> dict:
    """The medians of what was measured, and of its ratio in each round."""
    pairs = list(zip(ours.rounds[1:], contestant.rounds[1:], strict=True))

    def median(figure) -> float:
        return statistics.median(figure(*pair) for pair in pairs)

    return {
        "server": contestant.name,
        "calls_per_second": median(lambda _, its: its.calls_per_second),
        "cpu_us_per_call": median(lambda _, its: its.cpu_us_per_call),
        "calls_ratio": median(lambda our, its: our.calls_per_second / its.calls_per_second),
        "cpu_ratio": median(lambda our, its: our.cpu_us_per_call / its.cpu_us_per_call),
        "answer_bytes": len(contestant.answer),
        "rounds": [dataclasses.asdict(measured) for measured in contestant.rounds[1:]],
    }
