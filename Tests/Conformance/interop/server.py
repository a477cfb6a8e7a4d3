"""An `interop-server` process of the tests' own."""

import contextlib
import select
import shutil
import signal
import socket
import ssl
import subprocess

import grpc

from harness.channels import open_channel
from harness.folders import temporary_folder
from harness.server import executable
from harness.wire import PATIENCE, Wire, tls_context
from interop.debian import SERVER_NAME, certificate_file

# A debug build on a busy machine.
STARTUP_SECONDS = 60


class InteropServer:
    """The server of the interop cases, with gRPC's test certificate."""

    def __init__(self):
        self.folder = temporary_folder()
        self.socket = self.folder / "interop.sock"
        self.ca = certificate_file("ca.pem")
        self.process: subprocess.Popen | None = None

    def start(self) -> "InteropServer":
        """Starts it, and returns once it says where it listens."""
        self.process = subprocess.Popen(
            [
                *(executable("interop-server"), "--unix", self.socket),
                *("--tls-cert", certificate_file("server1.pem")),
                *("--tls-key", certificate_file("server1.key")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert select.select([self.process.stdout], [], [], STARTUP_SECONDS)[0], "it says nothing"
        places = self.process.stdout.readline().split()
        assert len(places) == 2, f"it ended; exit status {self.process.wait()}"
        self.address, unix = places
        assert unix == f"unix:{self.socket}"
        return self

    def stop(self) -> int:
        """Ends it, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def remove(self):
        """Ends it for good, and removes its folder."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def channel(self, transport: str) -> grpc.Channel:
        """A connection of its own."""
        ca = self.ca.read_bytes()
        return open_channel(transport, self.address, self.socket, ca, SERVER_NAME)

    def wire(self, transport: str) -> Wire:
        """A connection of its own, to speak HTTP/2 on by hand."""
        if transport == "tls":
            raw = socket.create_connection(self.address.rsplit(":", 1), timeout=PATIENCE)
        else:
            raw = socket.socket(socket.AF_UNIX)
            raw.settimeout(PATIENCE)
            raw.connect(str(self.socket))
        if transport == "unix":
            return Wire(raw)
        context = tls_context(self.ca, ["h2"])
        # gRPC's test authority is from before what strict checks want of one.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return Wire(context.wrap_socket(raw, server_hostname=SERVER_NAME))


@contextlib.contextmanager
def running():
    """A server that runs as long as the block, and must then end well when it is told to."""
    server = InteropServer()
    try:
        yield server.start()
        assert server.stop() == 0
    finally:
        server.remove()
