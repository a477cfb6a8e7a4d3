"""Every read of a server: for the user who has a tenth of its executions, but of patterns."""

import dataclasses
import time
from collections.abc import Callable

import grpc

from bench import sql
from bench.load import BIG_USER, DAYS
from bench.planted import TYPES, USER, type_name
from harness.client import FAILED, PATIENCE, RUNNING, Client, document
from harness.server import Server
from harness.stubs import patterns_pb2, service_pb2

# How far into the history a deep page lies.
DEPTH = 0.8
# How far the page lies that is found by its number: the same at each size.
OFFSET = 500
# The rarest of the types that are loaded.
TYPE = "export"
GET = "get"


@dataclasses.dataclass(frozen=True)
class Read:
    """A call that reads, and how many rows it must answer with; None where that depends."""

    name: str
    method: str
    request: object
    rows: int | None = None
    # What its rows are called.
    rows_field: str = "executions"
    user: str = BIG_USER


class Reader:
    """One connection over TLS, on which one call is under way at a time."""

    def __init__(self, server: Server):
        self.client: Client = server.client(BIG_USER)
        self.clients = {BIG_USER: self.client, USER: server.client(USER)}
        self.executions = sql.number(
            server.postgres(),
            f"SELECT count(*) FROM workflow_executions WHERE user_id = '{BIG_USER}'",
        )

    def prepared(self, read: Read) -> Callable[[], float]:
        """What makes the call and returns how long it took, in ms."""
        client = self.clients[read.user]
        call: grpc.UnaryUnaryMultiCallable = getattr(client.stub, read.method)
        metadata = client.metadata

        def timed() -> float:
            began = time.perf_counter()
            answer = call(read.request, metadata=metadata, timeout=PATIENCE)
            took = time.perf_counter() - began
            if read.rows is not None:
                rows = len(getattr(answer, read.rows_field))
                if rows != read.rows:
                    raise SystemExit(f"{read.name}: {rows} rows came")
            return took * 1e3

        return timed

    def deep_token(self) -> str:
        """The token of the page past so much of the history, by walking there."""
        token = ""
        for _ in range(int(self.executions * DEPTH / 100)):
            token = self.client.history(page_size=100, page_token=token).next_page_token
        return token

    def reads(self) -> list[Read]:
        newest = self.client.history(page_size=100).executions

        def page(name: str, rows: int = 20, **fields) -> Read:
            request = service_pb2.GetUserWorkflowHistoryRequest(page_size=20, **fields)
            return Read(name, "GetUserWorkflowHistory", request, rows)

        def window(name: str, days: int, **fields) -> Read:
            method = {"statistics": "GetWorkflowStatistics", "metrics": "GetPerformanceMetrics"}
            request = getattr(service_pb2, f"{method[name]}Request")(days=days, **fields)
            words = [name, f"{days} days", *("by type" for _ in fields)]
            return Read(", ".join(words), method[name], request)

        def estimate(words: str, user: str, **fields) -> Read:
            request = patterns_pb2.EstimateWorkflowExecutionRequest(**fields)
            return Read(f"estimate {words}", "EstimateWorkflowExecution", request, user=user)

        patterns = patterns_pb2.ListLearnedPatternsRequest(page_size=TYPES)
        get = service_pb2.GetWorkflowExecutionRequest(id=newest[50].id)
        workflow = newest[0].workflow_id
        return [
            Read(GET, "GetWorkflowExecution", get),
            page("page of 20"),
            page(f"page {DEPTH:.0%} deep, by token", page_token=self.deep_token()),
            page("page by status", statuses=[FAILED]),
            page("page by two statuses", statuses=[FAILED, RUNNING]),
            page("page by type", workflow_type=TYPE),
            page("page by workflow", workflow_id=workflow),
            page("page before an instant", created_before=newest[50].created_at),
            page("page with total", include_total=True),
            page("page with total, by status", include_total=True, statuses=[FAILED]),
            page("page with total, by workflow", include_total=True, workflow_id=workflow),
            page(f"page at offset {OFFSET:,}", offset=OFFSET),
            page(f"page {DEPTH:.0%} deep, by offset", offset=int(self.executions * DEPTH)),
            *(window("statistics", days) for days in (30, DAYS)),
            window("statistics", 30, workflow_type=TYPE),
            *(window("metrics", days) for days in (30, DAYS)),
            window("metrics", 30, workflow_type=TYPE),
            Read(f"{TYPES} patterns", "ListLearnedPatterns", patterns, TYPES, "patterns", USER),
            estimate(
                "of a type with an input",
                USER,
                workflow_type=type_name(0),
                input_data=document({"region": "region-0"}),
            ),
            estimate("of an execution, by rollups", BIG_USER, execution_id=newest[50].id),
        ]
