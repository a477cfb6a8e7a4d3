"""What a server says of itself at /metrics, and Debian's Prometheus, which reads it."""

import pathlib
import re
import subprocess

from harness import curl
from harness.identifiers import fresh_user
from harness.server import Server
from harness.stubs import REPOSITORY

READER = "metrics:read"

_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def programs() -> pathlib.Path:
    """The folder of prometheus and promtool."""
    script = REPOSITORY / "scripts" / "prometheus"
    done = subprocess.run([script], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(done.stdout.strip())


def promtool(*arguments: str | pathlib.Path, text: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run([programs() / "promtool", *arguments], input=text, capture_output=True)


def scrape(server: Server, *fields: str, token: str | None = None, **more) -> curl.Answer:
    """What the server says of itself, to one who may read it."""
    token = token or server.token(fresh_user(), READER)
    return curl.ask(server, "GET", "/metrics", token=token, fields=fields, **more)


def samples(text: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The figures of a scrape, each by its name and labels."""
    found = {}
    for line in text.decode().splitlines():
        if not line.startswith("#"):
            name, labels, value = _SAMPLE.match(line).groups()
            found[name, frozenset(_LABEL.findall(labels or ""))] = float(value)
    return found


def total(server: Server, name: str, **labels: str) -> float:
    """The sum of a metric's series that have these labels."""
    return sum(
        value
        for (sampled, having), value in samples(scrape(server).body).items()
        if sampled == name and labels.items() <= dict(having).items()
    )
