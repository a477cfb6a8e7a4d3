"""The service of the package, as it runs in a machine, and clients of it outside."""

import pathlib

from clean_root.machine import Machine
from harness import curl, tokens
from harness.channels import open_channel
from harness.client import Client

UNIT = "workflow-history.service"


class Service:
    PORT = 50051
    DATA = "/var/lib/workflow-history"

    def __init__(self, machine: Machine):
        self.machine = machine
        self.port = self.PORT
        self.data = machine.path(self.DATA)

    @classmethod
    def install(cls, machine: Machine, package: pathlib.Path) -> "Service":
        """Installs the package, or another version of it, as apt does with what goes along."""
        machine.run("apt-get", "install", "--yes", "--quiet=2", f"/packages/{package.name}")
        return cls(machine)

    @property
    def state(self) -> str:
        return self.machine.show(UNIT, "ActiveState")["ActiveState"]

    @property
    def main_process(self) -> int:
        """As the machine counts its processes."""
        return int(self.machine.show(UNIT, "MainPID")["MainPID"])

    @property
    def started(self) -> int:
        """When the main process was, in seconds since 1970."""
        command = ["systemctl", "show", UNIT, "--property=ExecMainStartTimestamp", "--value"]
        return int(self.machine.run(*command, "--timestamp=unix").strip().removeprefix("@"))

    @property
    def journal(self) -> str:
        return self.machine.run("journalctl", f"--unit={UNIT}", "--no-pager")

    def client(self, user: str) -> Client:
        """A stock client outside, with a new connection over TLS."""
        ca = (self.data / "tls/ca.pem").read_bytes()
        secret = (self.data / "jwt/secret").read_bytes().strip()
        address = f"127.0.0.1:{self.port}"
        # Tries again while nobody listens, for the patience of a call.
        options = [("grpc.enable_retries", 1)]
        channel = open_channel("tls", address, pathlib.Path(), ca, None, *options)
        return Client(channel, user, tokens.token(secret, user))

    def token(self, user: str, scope: str = "") -> str:
        """A token that the command line makes in the machine."""
        command = ["workflow-history", "token", "--data-dir", self.DATA]
        return self.machine.run(*command, "--user", user, "--scope", scope).strip()

    def ask(self, target: str, *, token: str | None = None, version: str = "2") -> curl.Answer:
        """A GET over TLS by a curl outside."""
        return curl.ask(self, "GET", target, token=token, way=("tls", version))
