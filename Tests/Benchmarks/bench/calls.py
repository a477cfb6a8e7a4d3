"""Gets and saves of one server through h2load, and the statements that do the same.

H2load tells the bytes of what came back. Gets are checked by these, which must be so many times one
answer's; saves by the rows, which must be as many as the calls.
"""

import pathlib

from bench import open_loop, sql
from bench.h2load import EVERY_STREAM, Round, Shape, grpc_headers, run_round
from bench.pgbench import Script
from harness.client import COMPLETED, document, execution
from harness.folding import fold
from harness.server import Server
from harness.stubs import service_pb2
from harness.wire import SERVICE, framed

USER = "bench"
# Of the tables that are like the server's; see sql/like.sql.
SCHEMA = "bench"
DOCUMENTS = ("input_data", "output_data", "task_results", "execution_metadata")


def real_execution(**changes):
    """About what an executor saves when a run has ended."""
    fields = dict(
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
    return execution(**fields | changes)


class Calls:
    """The same get, and the same save, of one server again and again."""

    def __init__(self, server: Server):
        self.server = server
        self.saved = server.client(USER).save(real_execution())
        self.save_request = service_pb2.SaveWorkflowExecutionRequest(execution=real_execution())

    @property
    def headers(self) -> list[str]:
        return grpc_headers(self.server.token(USER))

    def gets(
        self, calls: int, shape: Shape = EVERY_STREAM, log: pathlib.Path | None = None
    ) -> Round:
        request = service_pb2.GetWorkflowExecutionRequest(id=self.saved.id)
        measured = self.round("GetWorkflowExecution", request, calls, shape, log)
        answer = service_pb2.GetWorkflowExecutionResponse(execution=self.saved)
        expected = calls * len(framed(answer.SerializeToString()))
        if measured.data_bytes != expected:
            raise SystemExit(f"gets: {measured.data_bytes} bytes came, not {expected}")
        return measured

    def saves(
        self, calls: int, shape: Shape = EVERY_STREAM, log: pathlib.Path | None = None
    ) -> Round:
        before = self.rows()
        measured = self.round("SaveWorkflowExecution", self.save_request, calls, shape, log)
        self.check_rows(before, measured.calls)
        return measured

    def saves_at_rate(self, calls_per_second: float, calls: int) -> open_loop.Run:
        """Saves that are due at random moments."""
        message = framed(self.save_request.SerializeToString())
        headers = [tuple(header.split(": ", 1)) for header in self.headers]
        path = f"{SERVICE}/SaveWorkflowExecution"
        before = self.rows()
        measured = open_loop.run(self.server, path, headers, message, calls_per_second, calls)
        self.check_rows(before, measured.calls)
        return measured

    def check_rows(self, before: int, calls: int):
        rows = self.rows() - before
        if rows != calls:
            raise SystemExit(f"saves: {rows} rows were made by {calls} calls")

    def rows(self) -> int:
        return sql.number(self.server.postgres(), "SELECT count(*) FROM workflow_executions")

    def round(
        self, method: str, request, calls: int, shape: Shape, log: pathlib.Path | None
    ) -> Round:
        body = self.server.folder / "request.bin"
        body.write_bytes(framed(request.SerializeToString()))
        url = f"https://{self.server.address}{SERVICE}/{method}"
        return run_round(url, self.server.process.pid, calls, self.headers, body, shape, log)

    def settle(self):
        """Lets the server and its Postgres do what earlier calls have left them to do."""
        fold(self.server)
        sql.checkpoint(self.server.postgres())

    # -- the same by SQL

    def make_like_tables(self):
        sql.run_file(self.server.postgres(), "like.sql", schema=SCHEMA, without="")
        sql.run_file(self.server.postgres(), "uuid_v7.sql", schema=SCHEMA)

    @property
    def get_script(self) -> Script:
        return Script("get.sql", {"user": USER, "id": self.saved.id})

    @property
    def save_script(self) -> Script:
        """One row into a table like the server's; see `make_like_tables`."""
        sent = real_execution()
        variables = {name: getattr(sent, name).json for name in DOCUMENTS}
        variables |= {"user": USER, "duration": sent.duration_seconds.value}
        variables |= {name: getattr(sent, name) for name in ("workflow_id", "workflow_type")}
        return Script("save.sql", variables, SCHEMA)

    def copy_script(self, rows: int, folder: pathlib.Path) -> Script:
        """So many rows at once into tables like the server's, from a file in a folder that Postgres
        may write to."""
        file = f"'{folder}/{rows}'"
        columns = ["workflow_id", "workflow_type", "user_id", "duration_seconds", *DOCUMENTS]
        sql.run(
            self.server.postgres(),
            f"COPY (SELECT {', '.join(columns)}"
            f" FROM workflow_executions, generate_series(1, {rows}) WHERE id = '{self.saved.id}')"
            f" TO {file} (FORMAT binary);",
        )
        return Script("copy.sql", {"file": file}, SCHEMA, protocol="simple")
