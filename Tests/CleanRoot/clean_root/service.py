"""The service of the package, as it runs in a machine, and clients of it outside."""

import pathlib

from clean_root.machine import Machine
from harness import tokens
from harness.channels import open_channel
from harness.client import Client

UNIT = "workflow-history.service"


class Service:
    PORT = 50051
    DATA = "/var/lib/workflow-history"

    def __init__(self, machine: Machine):
        self.machine = machine

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
    def journal(self) -> str:
        return self.machine.run("journalctl", f"--unit={UNIT}", "--no-pager")

    def client(self, user: str) -> Client:
        """A stock client outside, with a new connection over TLS."""
        ca = self.machine.path(f"{self.DATA}/tls/ca.pem").read_bytes()
        secret = self.machine.path(f"{self.DATA}/jwt/secret").read_bytes().strip()
        address = f"127.0.0.1:{self.PORT}"
        # Tries again while nobody listens, for the patience of a call.
        options = [("grpc.enable_retries", 1)]
        channel = open_channel("tls", address, pathlib.Path(), ca, None, *options)
        return Client(channel, user, tokens.token(secret, user))
