"""A server of the Debian package that runs in a container, and clients of it outside."""

import pathlib

from harness import curl, tokens
from harness.channels import open_channel
from harness.client import Client


class Installed:
    """A server with the package's data directory: `data` is where that is outside."""

    DATA = "/var/lib/workflow-history"
    PORT = 50051

    def __init__(self, port: int, data: pathlib.Path):
        self.port = port
        self.data = data

    def run(self, *command: str) -> str:
        """Runs a command inside, and returns what it said."""
        raise NotImplementedError

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
        """A token that the command line makes inside."""
        command = ["workflow-history", "token", "--data-dir", self.DATA]
        return self.run(*command, "--user", user, "--scope", scope).strip()

    def ask(self, target: str, *, token: str | None = None, version: str = "2") -> curl.Answer:
        """A GET over TLS by a curl outside."""
        return curl.ask(self, "GET", target, token=token, way=("tls", version))
