"""The service that this one replaces, as far as its saves go, on the Postgres of the server that is
measured: FastAPI and asyncpg, a row for each call, 64 clients over HTTP/1.1 without TLS."""

import json
import re
import subprocess

from google.protobuf import json_format

from bench.calls import DOCUMENTS, USER, real_execution
from bench.h2load import Round
from bench.processes import cpu_seconds
from bench.servers import SOURCES
from harness.server import Server, free_port, wait_until
from harness.stubs import REPOSITORY, execution_pb2

CLIENTS = 64
SERVICE = SOURCES / "predecessor"


class Predecessor:
    """The service, for as long as the block lasts."""

    def __init__(self, server: Server):
        self.server = server
        self.port = free_port()
        self.body = server.folder / "predecessor.json"
        self.body.write_text(json.dumps(save()))

    def __enter__(self) -> "Predecessor":
        environment = subprocess.run(
            [REPOSITORY / "scripts/python-environment", SERVICE / "requirements.txt"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()
        postgres = self.server.postgres()
        url = f"postgresql://{postgres.user}@/{postgres.database}"
        url += f"?host={postgres.socket_folder}&port={postgres.port}"
        command = [environment, "-m", "uvicorn", "--no-access-log", "--log-level", "warning"]
        command += ["--app-dir", str(SERVICE), "--port", str(self.port), "service:app"]
        self.process = subprocess.Popen(
            command, env={"DATABASE_URL": url}, stdin=subprocess.DEVNULL
        )
        wait_until(self._answers, what="the predecessor")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit("the predecessor does not start")
        return self._load(1).returncode == 0 and self._succeeded == 1

    def round(self, calls: int) -> Round:
        before = cpu_seconds(self.process.pid)
        done = self._load(calls)
        if self._succeeded != calls:
            answered = f"{self._succeeded} of {calls}"
            raise SystemExit(f"the predecessor answered {answered}:\n{done.stdout}")
        rate = float(re.search(r"([\d.]+) req/s", done.stdout)[1])
        return Round(calls, rate, 0, cpu_seconds(self.process.pid) - before)

    def _load(self, calls: int) -> subprocess.CompletedProcess:
        command = ["h2load", "--h1", f"--requests={calls}", f"--clients={min(CLIENTS, calls)}"]
        command += ["--threads=1", f"--data={self.body}", "--header=content-type: application/json"]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{self.port}/api/workflows/executions"],
            capture_output=True,
            text=True,
        )
        found = re.search(r"(\d+) 2xx", done.stdout)
        self._succeeded = int(found[1]) if found else 0
        return done


def save() -> dict:
    """The save that the others make, as the predecessor took it."""
    sent = real_execution(user_id=USER)
    fields = json_format.MessageToDict(sent, preserving_proto_field_name=True)
    fields |= {name: json.loads(getattr(sent, name).json) for name in DOCUMENTS}
    fields["status"] = execution_pb2.WorkflowStatus.Name(sent.status).removeprefix(
        "WORKFLOW_STATUS_"
    )
    return fields
