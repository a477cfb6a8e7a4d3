"""Calls a second through gRPC, beside statements a second through pgbench on the same Postgres.

H2load's rounds tell the bytes of what came back. Gets are checked by these, which must be so many
times one answer's; saves by the rows, which must be as many as the calls.
"""

import dataclasses
import pathlib
import re
import subprocess

from bench.h2load import CONNECTIONS, STREAMS, Round, grpc_headers, run_round
from bench.report import Column, Report
from bench.servers import SOURCES
from harness.client import COMPLETED, Client, document, execution
from harness.postgres import program, unprivileged
from harness.server import Server
from harness.stubs import service_pb2
from harness.wire import SERVICE, framed

# pgbench is at its best with some number of clients that depends on the machine.
PGBENCH_CLIENTS = (8, 32, 64)
FEWEST_CALLS = 20_000

COLUMNS = [
    Column("name", "call"),
    Column("calls_per_second", "calls/s", ",.0f"),
    Column("server_cpu_us_per_call", "CPU us/call", ".1f"),
    Column("statements_per_second", "pgbench/s", ",.0f"),
    Column("statement_clients", "clients"),
    Column("ratio", "ratio", ".2f"),
]


@dataclasses.dataclass
class Figure:
    """One kind of call, and the same statement without us."""

    name: str
    calls: int
    calls_per_second: float
    server_cpu_us_per_call: float
    statements_per_second: float
    statement_clients: int

    @property
    def ratio(self) -> float:
        return self.calls_per_second / self.statements_per_second


def measure(seconds: float) -> Report:
    server = Server()
    try:
        server.start()
        benchmark = Benchmark(server, seconds)
        figures = [benchmark.gets(), benchmark.saves()]
        server.stop()
    finally:
        server.remove()
    rows = [dataclasses.asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    return Report(
        "storage", f"{CONNECTIONS} connections of {STREAMS} streams over TLS", COLUMNS, rows
    )


def real_execution():
    """About what an executor saves when a run has ended."""
    return execution(
        workflow_id="nightly-orders",
        workflow_type="etl",
        status=COMPLETED,
        input_data=document({"source": "s3://orders/2026-01-31", "batch": 1000, "dry_run": False}),
        output_data=document({"rows": 48_213, "rejected": 17, "bytes": 9_123_456}),
        task_results=document(
            [
                {"task_name": name, "status": "COMPLETED", "duration_seconds": 1.25}
                for name in ("extract", "transform", "load")
            ]
        ),
        execution_metadata=document({"host": "worker-7", "attempt": 1}),
        duration_seconds={"value": 3.75},
    )


class Benchmark:
    def __init__(self, server: Server, seconds: float):
        self.server = server
        self.seconds = seconds
        self.client: Client = server.client("bench")

    def gets(self) -> Figure:
        saved = self.client.save(real_execution())
        request = service_pb2.GetWorkflowExecutionRequest(id=saved.id).SerializeToString()
        answer = service_pb2.GetWorkflowExecutionResponse(execution=self.client.get(saved.id))
        _, measured = self.load("GetWorkflowExecution", request)
        expected = measured.calls * len(framed(answer.SerializeToString()))
        if measured.data_bytes != expected:
            raise SystemExit(f"gets: {measured.data_bytes} bytes came, not {expected}")
        return self.figure("get", measured, "get.sql", user=self.client.user, id=saved.id)

    def saves(self) -> Figure:
        sent = service_pb2.SaveWorkflowExecutionRequest(execution=real_execution())
        before = self.client.statistics().total_executions
        warm, measured = self.load("SaveWorkflowExecution", sent.SerializeToString())
        calls = warm.calls + measured.calls
        rows = self.client.statistics().total_executions - before
        if rows != calls:
            raise SystemExit(f"saves: {rows} rows were made by {calls} calls")
        variables = {
            name: getattr(sent.execution, name).json
            for name in ("input_data", "output_data", "task_results", "execution_metadata")
        }
        variables |= {
            "user": self.client.user,
            "workflow_id": sent.execution.workflow_id,
            "workflow_type": sent.execution.workflow_type,
            "duration": str(sent.execution.duration_seconds.value),
        }
        return self.figure("save", measured, "save.sql", **variables)

    def figure(self, name: str, measured: Round, script: str, **variables: str) -> Figure:
        runs = [
            (self.pgbench(script, clients, **variables), clients) for clients in PGBENCH_CLIENTS
        ]
        statements, clients = max(runs)
        rate, cpu = measured.calls_per_second, measured.cpu_us_per_call
        return Figure(name, measured.calls, rate, cpu, statements, clients)

    def load(self, method: str, request: bytes) -> tuple[Round, Round]:
        """Runs a short round to learn the rate, then a long one of a number of calls that is
        known beforehand, so that what they did can be counted."""
        body = self.server.folder / "request.bin"
        body.write_bytes(framed(request))
        warm = self.round(method, body, FEWEST_CALLS)
        calls = max(FEWEST_CALLS, int(warm.calls_per_second * self.seconds))
        return warm, self.round(method, body, calls)

    def round(self, method: str, body: pathlib.Path, calls: int) -> Round:
        url = f"https://{self.server.address}{SERVICE}/{method}"
        headers = grpc_headers(self.server.token("bench"))
        return run_round(url, self.server.process.pid, calls, headers, body)

    def pgbench(self, script: str, clients: int, **variables: str) -> float:
        command = [
            program("pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--file={SOURCES / script}",
        ]
        command += [f"--client={clients}", "--jobs=2", f"--time={max(1, round(self.seconds))}"]
        command += [f"--define={name}={value}" for name, value in variables.items()]
        # Libpq takes a connection string in place of the database's name.
        command.append(self.server.postgres().conninfo)
        done = subprocess.run(unprivileged(command), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"pgbench: {done.stderr}")
        return float(re.search(r"tps = ([\d.]+) \(without initial", done.stdout)[1])
