"""What a call by HTTP with JSON costs beside the same call by gRPC: the server's CPU time, and how
many are answered in a second. HTTP/1.1 has one call under way on each connection, and stands beside
gRPC that does so too."""

import dataclasses
import json
import pathlib

from bench import progress
from bench.calls import USER, Calls, real_execution
from bench.figures import median
from bench.h2load import CONNECTIONS, EVERY_STREAM, Round, Shape, grpc_headers, run_round
from bench.report import Column, Report
from bench.servers import running_server
from harness import curl
from harness.server import Server
from harness.stubs import service_pb2
from harness.wire import SERVICE, framed

# With 256 in flight, and with 8, which take longer.
CALLS, CALLS_ONE_EACH = 20_000, 8_000
EXECUTIONS, PAGE, DAYS = 200, 20, 30
ONE_EACH = Shape(CONNECTIONS, 1)
# Instants have some digits more or fewer.
SIZES_ALIKE = 0.01

COLUMNS = [
    Column("name", "call"),
    Column("grpc_cpu_us_per_call", "CPU us/call, gRPC", ".1f"),
    Column("json_cpu_us_per_call", "JSON", ".1f"),
    Column("cpu_ratio", "ratio", ".2f"),
    Column("cpu_ratios", "of all rounds"),
    Column("grpc_calls_per_second", "calls/s, gRPC", ",.0f"),
    Column("json_calls_per_second", "JSON", ",.0f"),
    Column("ratio", "ratio", ".2f"),
    Column("grpc_bytes", "bytes, gRPC", ",.0f"),
    Column("json_bytes", "JSON", ",.0f"),
]


@dataclasses.dataclass(frozen=True)
class Call:
    """A call as gRPC has it, and as the gateway has it."""

    name: str
    method: str
    request: object
    target: str
    body: object = None


@dataclasses.dataclass
class Side:
    """One way to make a call, and what it took."""

    url: str
    headers: list[str]
    body: pathlib.Path | None
    shape: Shape
    is_http1: bool = False
    rounds: list[Round] = dataclasses.field(default_factory=list)

    @property
    def calls(self) -> int:
        return CALLS_ONE_EACH if self.shape == ONE_EACH else CALLS

    def measure(self, server: Server) -> Round:
        return run_round(
            *(self.url, server.process.pid, self.calls, self.headers, self.body, self.shape),
            is_http1=self.is_http1,
        )


def measure(rounds: int) -> Report:
    with running_server() as server:
        calls = Calls(server)
        server.client(USER).save_many([[real_execution() for _ in range(EXECUTIONS)]])
        rows = []
        for call in every_call(calls):
            sizes = answer_by_grpc(server, call), answer_by_json(server, call)
            for name, shape, is_http1 in (
                ("JSON by HTTP/2, 256 in flight", EVERY_STREAM, False),
                ("JSON by HTTP/1.1, 8 in flight", ONE_EACH, True),
            ):
                sides = [by_grpc(server, call, shape), by_json(server, call, shape, is_http1)]
                take_turns(calls, f"{call.name}, {name}", sides, rounds)
                for side, size in zip(sides, sizes, strict=True):
                    check(f"{call.name}, {name}", side, size)
                rows.append(row(f"{call.name}, {name}", *sides))
        progress.end()
    caption = f"the same calls over TLS, on 8 connections; medians of {rounds} rounds in turn"
    return Report("http", caption, COLUMNS, rows)


def every_call(calls: Calls) -> list[Call]:
    body = {
        "workflowId": "nightly-orders",
        "workflowType": "etl",
        "status": "WORKFLOW_STATUS_COMPLETED",
        "inputData": {"source": "s3://orders/2026-01-31", "batch": 1000, "dry_run": False},
        "outputData": {"rows": 48_213, "rejected": 17, "bytes": 9_123_456},
        "taskResults": json.loads(calls.save_request.execution.task_results.json),
        "executionMetadata": {"host": "worker-7", "attempt": 1},
        "durationSeconds": 3.75,
    }
    get = service_pb2.GetWorkflowExecutionRequest(id=calls.saved.id)
    page = service_pb2.GetUserWorkflowHistoryRequest(page_size=PAGE)
    days = service_pb2.GetWorkflowStatisticsRequest(days=DAYS)
    return [
        Call("get", "GetWorkflowExecution", get, f"/v1/executions/{calls.saved.id}"),
        Call(f"page of {PAGE}", "GetUserWorkflowHistory", page, f"/v1/executions?pageSize={PAGE}"),
        Call("statistics", "GetWorkflowStatistics", days, f"/v1/statistics?days={DAYS}"),
        Call("save", "SaveWorkflowExecution", calls.save_request, "/v1/executions", body),
    ]


def by_grpc(server: Server, call: Call, shape: Shape) -> Side:
    body = server.folder / f"{call.method}.bin"
    body.write_bytes(framed(call.request.SerializeToString()))
    url = f"https://{server.address}{SERVICE}/{call.method}"
    return Side(url, grpc_headers(server.token(USER)), body, shape)


def by_json(server: Server, call: Call, shape: Shape, is_http1: bool) -> Side:
    headers = [f"authorization: Bearer {server.token(USER)}"]
    body = None
    if call.body is not None:
        headers.append("content-type: application/json")
        body = server.folder / f"{call.method}.json"
        body.write_text(json.dumps(call.body))
    return Side(f"https://{server.address}{call.target}", headers, body, shape, is_http1)


def take_turns(calls: Calls, name: str, sides: list[Side], rounds: int):
    makes_rows = name.startswith("save")
    for side in sides:
        side.measure(calls.server)
    for number in range(rounds):
        progress.say(f"{name}, round {number + 1} of {rounds}")
        for side in sides:
            calls.settle()
            before = calls.rows() if makes_rows else 0
            side.rounds.append(side.measure(calls.server))
            if makes_rows:
                calls.check_rows(before, side.calls)


def check(name: str, side: Side, expected: int):
    """Holds what came to be answers, not refusals: each has the bytes of one that was looked at."""
    for one in side.rounds:
        if abs(one.data_bytes / one.calls / expected - 1) > SIZES_ALIKE:
            raise SystemExit(
                f"{name}: {one.data_bytes} bytes came, not {one.calls} times {expected}"
            )


def answer_by_grpc(server: Server, call: Call) -> int:
    answer = server.client(USER).call(call.method, call.request)
    return len(framed(answer.SerializeToString()))


def answer_by_json(server: Server, call: Call) -> int:
    verb = "GET" if call.body is None else "POST"
    token = server.token(USER)
    answer = curl.ask(server, verb, call.target, token=token, body=call.body)
    if answer.status != 200 or b"etl" not in answer.body:
        raise SystemExit(f"{call.name}: {answer}")
    return len(answer.body)


def row(name: str, grpc: Side, json_side: Side) -> dict:
    pairs = list(zip(grpc.rounds, json_side.rounds, strict=True))
    cpu_ratios = [its.cpu_seconds / ours.cpu_seconds for ours, its in pairs]
    found: dict = {
        "name": name,
        "cpu_ratio": median(cpu_ratios),
        "cpu_ratios": f"{min(cpu_ratios):.2f}-{max(cpu_ratios):.2f}",
        "ratio": median(its.calls_per_second / ours.calls_per_second for ours, its in pairs),
    }
    for side, its in (("grpc", grpc.rounds), ("json", json_side.rounds)):
        found[f"{side}_cpu_us_per_call"] = median(one.cpu_us_per_call for one in its)
        found[f"{side}_calls_per_second"] = median(one.calls_per_second for one in its)
        found[f"{side}_bytes"] = median(one.data_bytes / one.calls for one in its)
        found[f"{side}_rounds"] = [dataclasses.asdict(one) for one in its]
    return found
