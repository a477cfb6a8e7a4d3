"""What a server says of itself at /metrics, and Debian's Prometheus, which reads it."""

import dataclasses
import json
import pathlib
import re
import subprocess
import urllib.parse
import urllib.request

from harness import curl
from harness.folders import temporary_folder
from harness.identifiers import fresh_user
from harness.server import Server, held_port, wait_until
from harness.stubs import REPOSITORY

MONITORING = REPOSITORY / "docs" / "monitoring"
DOCUMENT = REPOSITORY / "docs" / "metrics.md"
RULES = MONITORING / "workflow-history.rules.yml"
DASHBOARD = MONITORING / "workflow-history.dashboard.json"
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


@dataclasses.dataclass(frozen=True)
class Family:
    """What a scrape says of a metric."""

    kind: str
    help: str
    labels: frozenset[str]


def families(text: bytes) -> dict[str, Family]:
    """The metrics of a scrape in the text format, by name."""
    lines = text.decode().splitlines()
    heads = [line.split(" ", 3)[1:] for line in lines if line.startswith("#")]
    kinds = {name: rest for what, name, rest in heads if what == "TYPE"}
    helps = {name: rest for what, name, rest in heads if what == "HELP"}
    labels = {name: set() for name in kinds}
    for name, having in samples(text):
        family = name if name in kinds else re.sub("_(bucket|sum|count)$", "", name)
        labels[family] |= {label for label, _ in having} - {"le"}
    return {name: Family(kinds[name], helps[name], frozenset(labels[name])) for name in kinds}


def dashboard_expressions() -> list[str]:
    """What the panels of the dashboard show, for all jobs and instances, over a minute."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    found = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    variables = {"$job": ".*", "$instance": ".*", "$__rate_interval": "1m"}
    for name, value in variables.items():
        found = [expression.replace(name, value) for expression in found]
    assert found and not any("$" in re.sub(r'"\$1"', "", one) for one in found)
    return found


def names_in(expression: str) -> set[str]:
    """The metrics that an expression names."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", expression)
    return set(re.findall(r"\b(?:workflow_history|grpc_server|process)_\w+|\bup\b", bare))


class Prometheus:
    """A Prometheus that scrapes a server each second, as the document says."""

    def __init__(self, server: Server):
        self.folder = temporary_folder()
        self._port = held_port()
        self.address = f"127.0.0.1:{self._port.getsockname()[1]}"
        (self.folder / "token").write_text(server.token(fresh_user(), READER))
        (self.folder / "ca.pem").write_bytes(server.ca)
        (self.folder / "prometheus.yml").write_text(self.configuration(server))
        self.log = (self.folder / "log").open("wb+")
        self.process = subprocess.Popen(
            [
                programs() / "prometheus",
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                f"--web.listen-address={self.address}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def configuration(self, server: Server) -> str:
        """The document's, with this server's address and files."""
        text = re.search(r"```yaml\n(scrape_configs:.*?)```", DOCUMENT.read_text(), re.DOTALL)[1]
        for said, meant in (
            ("/etc/prometheus/workflow-history.token", self.folder / "token"),
            ("/etc/prometheus/workflow-history-ca.pem", self.folder / "ca.pem"),
            ("localhost:50051", f"localhost:{server.port}"),
            ("/usr/share/workflow-history/monitoring", MONITORING),
        ):
            assert said in text
            text = text.replace(said, str(meant))
        return "global: {scrape_interval: 1s, evaluation_interval: 1s}\n" + text

    def ask(self, path: str, **query: str):
        """The data of an answer of its API; None while it isn't there yet."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def target(self) -> dict:
        """How it stands with the server, once it was scraped. A scrape has a second, which a busy
        machine may not give it."""

        def scraped():
            [target] = (self.ask("targets") or {}).get("activeTargets") or [{"health": "unknown"}]
            is_late = "context deadline exceeded" in target.get("lastError", "")
            return target["health"] != "unknown" and not is_late and target

        return wait_until(scraped, what="a scrape")

    def value(self, expression: str) -> list[dict]:
        """What an expression comes to now."""
        return self.ask("query", query=expression)["result"]

    def rules(self) -> list[dict]:
        """The alerts, once each was looked at."""

        def looked_at():
            rules = [one for group in self.ask("rules")["groups"] for one in group["rules"]]
            return all(rule["health"] != "unknown" for rule in rules) and rules

        return wait_until(looked_at, what="an evaluation of the rules")

    def names(self) -> set[str]:
        """The names of all that it has."""
        return set(self.ask("label/__name__/values"))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()
        self._port.close()
