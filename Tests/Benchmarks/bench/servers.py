"""The servers that are measured side by side, each on the same core with the same certificate."""

import contextlib
import pathlib
import select
import shutil
import signal
import socket
import subprocess

from bench.processes import SERVER_CORE, on_core
from harness import tokens
from harness.folders import temporary_folder
from harness.server import Server, executable, free_port, wait_until
from harness.stubs import REPOSITORY

SOURCES = REPOSITORY / "Tests" / "Benchmarks"
STARTUP_SECONDS = 30


@contextlib.contextmanager
def running_server(*flags: str):
    """The real server, on a Postgres of its own, for as long as the block lasts."""
    server = Server(*flags)
    try:
        yield server.start()
        server.stop()
    finally:
        server.remove()


class Folder:
    """A certificate, and a secret that signs tokens, for as long as the block lasts."""

    def __enter__(self) -> "Folder":
        self.path = temporary_folder()
        self.certificate = self.path / "server.pem"
        self.key = self.path / "server.key"
        self.secret = self.path / "secret"
        self.secret.write_bytes(b"a secret that is good for one benchmark")
        # The curve of our development certificates.
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-noenc", "-days", "2"]
        command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        command += ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(command, capture_output=True, check=True)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def token(self) -> str:
        return tokens.token(self.secret.read_bytes(), "bench")


class Process:
    """A server on its core, for as long as the block lasts."""

    def __init__(self, *command: object, **arguments):
        with on_core(SERVER_CORE):
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                **arguments,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def first_line(self) -> str:
        """What it says once it accepts calls."""
        said = select.select([self.process.stdout], [], [], STARTUP_SECONDS)[0]
        line = self.process.stdout.readline().strip() if said else ""
        if not line:
            raise SystemExit(f"{self.process.args[0]} does not accept calls")
        return line

    def stop(self) -> int:
        """Asks it to end, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def echo_server_command(folder: Folder, *flags: str) -> list[object]:
    """Our own server of nothing but calls, on one loop."""
    return [
        *(executable("echo-server"), "--loops", "1", "--jwt-secret-file", folder.secret),
        *("--tls-cert", folder.certificate, "--tls-key", folder.key, *flags),
    ]


class EchoServer(Process):
    def __init__(self, folder: Folder, *flags: str):
        super().__init__(*echo_server_command(folder, *flags))
        self.address = self.first_line()


class GRPCCppServer(Process):
    def __init__(self, folder: Folder):
        super().__init__(build_grpc_cpp(), folder.certificate, folder.key)
        self.address = self.first_line()


class FileServer(Process):
    """nghttpd, which serves the file `answer`."""

    def __init__(self, folder: Folder, answer: bytes):
        files = folder.path / "files"
        files.mkdir()
        (files / "answer").write_bytes(answer)
        port = free_port()
        super().__init__(
            *("nghttpd", "--workers=1", "--address=127.0.0.1", f"--htdocs={files}"),
            *(str(port), folder.key, folder.certificate),
        )
        self.address = f"127.0.0.1:{port}"
        wait_until(lambda: is_listening(port), STARTUP_SECONDS, "nghttpd")


class HistoryServer(Server):
    """The real server, on one loop; its Postgres shares its core."""

    def __init__(self, *flags: str):
        super().__init__("--loops", "1", *flags)

    def launch(self, **arguments) -> subprocess.Popen:
        with on_core(SERVER_CORE):
            return super().launch(**arguments)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def build_grpc_cpp() -> pathlib.Path:
    """Builds the server on gRPC C++ in .build/bench, unless it is newer than its sources."""
    folder = REPOSITORY / ".build" / "bench"
    program = folder / "grpc-cpp-echo-server"
    proto, source = SOURCES / "echo.proto", SOURCES / "grpc-cpp" / "echo_server.cc"
    if program.exists() and program.stat().st_mtime > max(
        path.stat().st_mtime for path in (proto, source)
    ):
        return program
    folder.mkdir(parents=True, exist_ok=True)
    plugin = shutil.which("grpc_cpp_plugin")
    subprocess.run(
        ["protoc", f"--proto_path={SOURCES}", "--proto_path=/usr/include", f"--cpp_out={folder}"]
        + [f"--plugin=protoc-gen-grpc={plugin}", f"--grpc_out={folder}", proto],
        check=True,
    )
    libraries = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "grpc++", "protobuf"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    generated = [folder / "echo.pb.cc", folder / "echo.grpc.pb.cc"]
    subprocess.run(
        ["g++", "-O2", "-std=c++17", f"-I{folder}", source, *generated, *libraries, "-o", program],
        check=True,
    )
    return program
