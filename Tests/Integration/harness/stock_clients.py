"""The stock clients of Tests/StockClients, which scripts/stock-clients builds."""

import json
import subprocess

from google.protobuf import descriptor_pool, json_format, message, message_factory

from harness.server import Server
from harness.stubs import REPOSITORY

SOURCES = REPOSITORY / "Tests" / "StockClients"
LANGUAGES = ["swift", "cpp", "ruby"]

_BUILT = REPOSITORY / ".build" / "stock-clients"
# Debian's Ruby, whatever the PATH says: it is the one that has the gem.
_COMMANDS = {
    "swift": [_BUILT / "swift" / "debug" / "client"],
    "cpp": [_BUILT / "cpp" / "client"],
    "ruby": ["/usr/bin/ruby", "-I", _BUILT / "ruby", SOURCES / "ruby" / "client.rb"],
}
# All of its calls, on a busy machine.
PATIENCE = 120


def run(language: str, server: Server, token: str) -> list[message.Message]:
    """The messages that the client of this language is answered with, in their order."""
    script = REPOSITORY / "scripts" / "stock-clients"
    subprocess.run([script, language], stdin=subprocess.DEVNULL, check=True)
    done = subprocess.run(
        [
            *_COMMANDS[language],
            *(f"localhost:{server.port}", server.data / "tls" / "ca.pem", server.socket),
        ],
        env={"WORKFLOW_HISTORY_TOKEN": token, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, (language, done.stdout, done.stderr)
    return [_shown(line) for line in done.stdout.splitlines()]


def _shown(line: str) -> message.Message:
    shown = json.loads(line)
    kind = descriptor_pool.Default().FindMessageTypeByName(shown["type"])
    return json_format.ParseDict(shown["value"], message_factory.GetMessageClass(kind)())
