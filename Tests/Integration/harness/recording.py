"""An executor that records its runs, to be killed; and what it said until then.

It is this, by the Python client, or `recording-executor`, by the Swift one:
`python -m harness.recording ADDRESS SPOOL RUNS AT_ONCE SECONDS FORKS INTERVAL`, with a token in the
environment. It says `began ID` and `ended ID` of each run once the recorder has said so to it, and
`child PID`.
"""

import asyncio
import contextlib
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

from workflow_history_client import ExecutionRecorder, WorkflowHistoryService

from harness.server import Server, executable
from harness.stubs import REPOSITORY

TOKEN = "WORKFLOW_HISTORY_TOKEN"


class Executor:
    """A process that runs until it is killed, or has done so many runs, by the client of this
    language."""

    def __init__(
        self,
        server: Server,
        user: str,
        spool: pathlib.Path,
        runs: int = 0,
        at_once: int = 4,
        seconds: float = 0.001,
        forks: bool = False,
        heartbeat_interval: float = 20,
        language: str = "python",
        largest_file: int | None = None,
    ):
        """- runs: 0 for no end of them.
        - seconds: how long each takes.
        - forks: whether it has a child, which outlives it. Python's alone may.
        - largest_file: how many bytes a file of it may have. The write that would make one larger
          comes out short, as on a full disk.
        """
        here = pathlib.Path(__file__).resolve().parents[1]
        client = REPOSITORY / "clients" / "python" / "src"
        if language == "swift":
            program: list[object] = [executable("recording-executor"), server.socket]
            rest = [heartbeat_interval]
        else:
            program = [sys.executable, "-m", "harness.recording", f"unix:{server.socket}"]
            rest = [int(forks), heartbeat_interval]
        if largest_file is not None:
            limits = ["prlimit", f"--fsize={largest_file}", "env", "--ignore-signal=XFSZ"]
            program = [*limits, *program]
        self.process = subprocess.Popen(
            list(map(str, [*program, spool, runs, at_once, seconds, *rest])),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{here}:{client}",
                "PYTHONUNBUFFERED": "1",
                "GRPC_VERBOSITY": "NONE",
                TOKEN: server.token(user),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.began: list[str] = []
        self.ended: list[str] = []
        self.children: list[int] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            # The last line of one that was killed may be cut short.
            if line.endswith("\n"):
                said, what = line.split()
                if said == "child":
                    self.children.append(int(what))
                else:
                    (self.began if said == "began" else self.ended).append(what)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        status = self.process.wait(timeout=120)
        self._reader.join()
        self.process.stdout.close()
        return status


async def execute(
    address: str,
    spool: str,
    runs: int,
    at_once: int,
    seconds: float,
    forks: bool,
    heartbeat_interval: float,
):
    numbers = range(runs) if runs else itertools.count()
    due = iter(numbers)
    began = time.time_ns()

    async def work(recorder: ExecutionRecorder):
        for number in due:
            async with recorder.execution(
                workflow_type="nightly",
                workflow_id=f"{os.getpid()}-{began}-{number}",
                input_data={"number": number},
            ) as run:
                print("began", run.execution_id)
                with run.task("work"):
                    await asyncio.sleep(seconds)
                run.output({"number": number})
            print("ended", run.execution_id)

    async with (
        WorkflowHistoryService.connect(address, token=os.environ[TOKEN]) as history,
        ExecutionRecorder(history, spool, heartbeat_interval=heartbeat_interval) as recorder,
        asyncio.TaskGroup() as group,
    ):
        if forks:
            child = os.fork()
            while child == 0:
                signal.pause()
            print("child", child)
        for _ in range(at_once):
            group.create_task(work(recorder))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        address, spool, *numbers = sys.argv[1:]
        runs, at_once, seconds, forks, interval = map(float, numbers)
        asyncio.run(
            execute(address, spool, int(runs), int(at_once), seconds, bool(forks), interval)
        )
