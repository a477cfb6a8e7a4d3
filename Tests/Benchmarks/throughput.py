"""Calls a second through gRPC, beside statements a second through pgbench; see scripts/benchmark.

h2load counts a refused call as a success, for its HTTP status is 200. So what came back is
checked: gets by the bytes of all answers, which must be so many times one answer's; saves by the
rows, which must be as many as the calls.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Integration"))

from harness.client import COMPLETED, Client, document, execution  # noqa: E402
from harness.postgres import program, unprivileged  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.stubs import service_pb2  # noqa: E402
from harness.wire import SERVICE, framed  # noqa: E402

CONNECTIONS, STREAMS = 8, 32
# pgbench is at its best with some number of clients that depends on the machine.
PGBENCH_CLIENTS = (8, 32, 64)


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
    def __init__(self, server: Server, seconds: int):
        self.server = server
        self.seconds = seconds
        self.client: Client = server.client("bench")

    def gets(self) -> Figure:
        saved = self.client.save(real_execution())
        request = service_pb2.GetWorkflowExecutionRequest(id=saved.id).SerializeToString()
        answer = service_pb2.GetWorkflowExecutionResponse(execution=self.client.get(saved.id))
        result = self.h2load("GetWorkflowExecution", request)
        expected = result["calls"] * len(framed(answer.SerializeToString()))
        if result["data_bytes"] != expected:
            raise SystemExit(f"gets: {result['data_bytes']} bytes came, not {expected}")
        return self.figure("get", result, "get.sql", user=self.client.user, id=saved.id)

    def saves(self) -> Figure:
        sent = service_pb2.SaveWorkflowExecutionRequest(execution=real_execution())
        before = self.client.statistics().total_executions
        result = self.h2load("SaveWorkflowExecution", sent.SerializeToString())
        rows = self.client.statistics().total_executions - before
        if rows != result["all_calls"]:
            raise SystemExit(f"saves: {rows} rows were made by {result['all_calls']} calls")
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
        return self.figure("save", result, "save.sql", **variables)

    def figure(self, name: str, result: dict, script: str, **variables: str) -> Figure:
        runs = [
            (self.pgbench(script, clients, **variables), clients) for clients in PGBENCH_CLIENTS
        ]
        statements, clients = max(runs)
        cpu = result["cpu_seconds"] / result["calls"] * 1e6
        return Figure(name, result["calls"], result["rate"], cpu, statements, clients)

    def h2load(self, method: str, request: bytes) -> dict:
        """Runs a short round to learn the rate, then a long one of a number of calls that is
        known beforehand, so that what they did can be counted."""
        body = self.server.folder / "request.bin"
        body.write_bytes(framed(request))
        warm = self.h2load_round(method, body, calls=20_000)
        measured = self.h2load_round(method, body, max(20_000, int(warm["rate"] * self.seconds)))
        return measured | {"all_calls": warm["calls"] + measured["calls"]}

    def h2load_round(self, method: str, body: pathlib.Path, calls: int) -> dict:
        token = self.server.token("bench")
        command = ["h2load", f"--requests={calls}", f"--clients={CONNECTIONS}"]
        command += [f"--max-concurrent-streams={STREAMS}", "--threads=1", f"--data={body}"]
        for header in (
            "content-type: application/grpc",
            "te: trailers",
            f"authorization: Bearer {token}",
        ):
            command += ["--header", header]
        command.append(f"https://{self.server.address}{SERVICE}/{method}")
        before = cpu_seconds(self.server.process.pid)
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        after = cpu_seconds(self.server.process.pid)
        succeeded = int(re.search(r"(\d+) succeeded", output)[1])
        if succeeded != calls:
            raise SystemExit(f"{method}: {succeeded} of {calls} calls were answered:\n{output}")
        return {
            "calls": calls,
            "rate": float(re.search(r"([\d.]+) req/s", output)[1]),
            "data_bytes": int(re.search(r"\((\d+)\) data", output)[1]),
            "cpu_seconds": after - before,
        }

    def pgbench(self, script: str, clients: int, **variables: str) -> float:
        command = [
            program("pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--file={HERE / script}",
        ]
        command += [f"--client={clients}", "--jobs=2", f"--time={self.seconds}"]
        command += [f"--define={name}={value}" for name, value in variables.items()]
        # Libpq takes a connection string in place of the database's name.
        command.append(self.server.postgres().conninfo)
        done = subprocess.run(command, capture_output=True, text=True, **unprivileged())
        if done.returncode != 0:
            raise SystemExit(f"pgbench: {done.stderr}")
        return float(re.search(r"tps = ([\d.]+) \(without initial", done.stdout)[1])


def cpu_seconds(pid: int) -> float:
    """What the process has used, in user and system time."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    server = Server()
    try:
        server.start()
        benchmark = Benchmark(server, arguments.seconds)
        figures = [benchmark.gets(), benchmark.saves()]
        server.stop()
    finally:
        server.remove()

    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    if arguments.json:
        rows = [dataclasses.asdict(figure) | {"ratio": figure.ratio} for figure in figures]
        print(json.dumps({"machine": machine, "figures": rows}, indent=2))
        return
    print(f"{machine}; {CONNECTIONS} connections of {STREAMS} streams over TLS")
    print(f"{'':6}{'calls/s':>12}{'CPU us/call':>14}{'pgbench/s':>12}{'clients':>9}{'ratio':>8}")
    for figure in figures:
        print(
            f"{figure.name:6}{figure.calls_per_second:12,.0f}"
            f"{figure.server_cpu_us_per_call:14.1f}{figure.statements_per_second:12,.0f}"
            f"{figure.statement_clients:9}{figure.ratio:8.2f}"
        )


if __name__ == "__main__":
    main()
