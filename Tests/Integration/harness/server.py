"""A `workflow-history serve` process of the tests' own, and the Postgres that it supervises."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import weakref

import grpc

from harness import tokens
from harness.channels import open_channel
from harness.client import Client
from harness.folders import temporary_folder
from harness.postgres import Postgres, postgres_processes
from harness.stubs import REPOSITORY

# initdb, and a debug build on a busy machine.
STARTUP_SECONDS = 120


def executable(name: str = "workflow-history") -> pathlib.Path:
    """The one that a variable such as WORKFLOW_HISTORY_EXECUTABLE names, or the newest that is
    built here."""
    named = os.environ.get(f"{name.upper().replace('-', '_')}_EXECUTABLE")
    built = [REPOSITORY / ".build" / kind / name for kind in ("release", "debug")]
    found = [pathlib.Path(named)] if named else [path for path in built if path.exists()]
    if not found:
        raise FileNotFoundError(f"build first: swift build --product {name}")
    return max(found, key=lambda path: path.stat().st_mtime)


def wait_until(condition, seconds: float = 60, what: str = "the condition"):
    """Returns the condition's value once it is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not come true within {seconds} s"
        time.sleep(0.01)
    return value


def held_port() -> socket.socket:
    """A socket that keeps a port from all who ask for any, until it is closed. It does not listen:
    who asks for this port, as servers do with SO_REUSEADDR, may."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def free_port() -> int:
    with held_port() as held:
        return held.getsockname()[1]


class Server:
    """One data directory, and the server that runs on it: started, killed, started again."""

    def __init__(self, *flags: str, folder: pathlib.Path | None = None):
        self.folder = folder or temporary_folder()
        self.data = self.folder / "data"
        # Its own while it is stopped, too.
        held = held_port()
        weakref.finalize(self, held.close)
        self.port = held.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.socket = self.folder / "server.sock"
        self.flags = [
            *("--data-dir", str(self.data), "--listen", self.address, "--unix", str(self.socket)),
            *flags,
        ]
        self.process: subprocess.Popen | None = None
        self.output: list[str] = []
        self._channels: list[grpc.Channel] = []

    def use_data_of(self, other: "Server"):
        """Runs on the other's data directory from now on."""
        self.flags[self.flags.index("--data-dir") + 1] = str(other.data)
        self.data = other.data

    # -- the process

    def start(self) -> "Server":
        """Starts it, and returns once it says that it accepts calls."""
        self.launch()
        said = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(said,), daemon=True)
        self._reader.start()
        assert said.wait(STARTUP_SECONDS), f"it does not accept calls:\n{self.log}"
        assert self.process.poll() is None, f"it ended:\n{self.log}"
        return self

    def launch(self, **arguments) -> subprocess.Popen:
        self.output = []
        self.process = self.popen([str(executable()), "serve", *self.flags], **arguments)
        return self.process

    def popen(self, command: list[str], **arguments) -> subprocess.Popen:
        """Starts a process whose output can be read."""
        # Which executable is tested is no setting of it.
        environment = arguments.pop("env", os.environ)
        return subprocess.Popen(
            command,
            env={k: v for k, v in environment.items() if k != "WORKFLOW_HISTORY_EXECUTABLE"},
            stdin=subprocess.DEVNULL,
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | arguments,
        )

    def _read(self, said: threading.Event):
        process = self.process
        with process.stdout:
            for line in process.stdout:
                self.output.append(line)
                if "accept" in line and self.address in line:
                    said.set()
        # A process ends a moment after its output.
        process.wait()
        said.set()

    @property
    def log(self) -> str:
        return "".join(self.output)

    def refusal(self) -> tuple[int, str]:
        """Starts it where it can't; returns its exit status and all that it said."""
        output, _ = self.launch().communicate(timeout=STARTUP_SECONDS)
        return self.process.returncode, output

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ends it, and returns its exit status (minus the signal, if that ended it)."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        status = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        for channel in self._channels:
            channel.close()
        self._channels.clear()
        return status

    def remove(self):
        """Ends it for good, with what it left running, and removes its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in self.postmasters():
            # It may be ending by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not self.postmasters(), what="the end of Postgres")
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- its Postgres

    def postmasters(self) -> list[int]:
        """Every postmaster that runs on this data directory: of Postgres's processes, those whose
        parent isn't one."""
        ours = dict(postgres_processes(self.data))
        return [pid for pid, parent in ours.items() if parent not in ours]

    def backends(self) -> list[int]:
        """The processes of its Postgres that serve a connection."""
        found = []
        for pid in self.postgres_processes():
            # Postgres ends its workers when they are done.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if "[local]" in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                    found.append(pid)
        return found

    def postgres_processes(self) -> list[int]:
        return [pid for pid, _ in postgres_processes(self.data)]

    def postgres(self) -> Postgres:
        """The way into its private Postgres."""
        (running,) = self.data.glob("*/postmaster.pid")
        return Postgres.of_data_directory(running.parent, "workflow_history", "workflow_history")

    # -- clients of it

    @property
    def secret(self) -> bytes:
        if "--jwt-secret-file" in self.flags:
            path = pathlib.Path(self.flags[self.flags.index("--jwt-secret-file") + 1])
        else:
            path = self.data / "jwt" / "secret"
        return path.read_bytes().strip()

    @property
    def ca(self) -> bytes:
        return (self.data / "tls" / "ca.pem").read_bytes()

    def token(self, user: str, scope: str | None = tokens.READ_WRITE) -> str:
        return tokens.token(self.secret, user, scope)

    def channel(self, transport: str = "tls", *options: tuple[str, object]) -> grpc.Channel:
        """A connection of its own."""
        settings = [("grpc.max_receive_message_length", -1), *options]
        # The certificate is good for the address too, and so that is what TLS over TCP asks for.
        name = "localhost" if transport == "unix-tls" else None
        channel = open_channel(transport, self.address, self.socket, self.ca, name, *settings)
        self._channels.append(channel)
        return channel

    def client(self, user: str, transport: str = "tls", scope: str | None = tokens.READ_WRITE):
        return Client(self.channel(transport), user, self.token(user, scope))


@contextlib.contextmanager
def shared_server():
    """A server that runs for as long as the block lasts, and ends well."""
    server = Server()
    try:
        yield server.start()
        assert server.stop() == 0, server.log
    finally:
        server.remove()
