"""Which indexes the statements of a call use, as Postgres's own auto_explain tells."""

import json
import re
import time
from collections.abc import Callable, Iterator

from bench import sql
from harness.server import Server

SETTINGS = {
    "session_preload_libraries": "'auto_explain'",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "'json'",
}
# A prepared statement may have another plan from its sixth run on.
CUSTOM_PLANS = 6
PLAN = re.compile(r" plan:\n((?:\t.*\n)+)")


class Plans:
    """The plans in the log of a server's Postgres, which is started again for them."""

    def __init__(self, server: Server):
        settings = [
            f"ALTER DATABASE workflow_history SET {name} = {value};"
            for name, value in SETTINGS.items()
        ]
        sql.run(server.postgres(), "\n".join(settings))
        if server.stop() != 0:
            raise SystemExit(f"the server did not stop:\n{server.log}")
        server.start()
        self.log = server.data / "postgres.log"
        pairs = sql.run(
            server.postgres(),
            "SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits"
            " JOIN pg_class ON oid = inhrelid WHERE relkind = 'i';",
        )
        self.parents = dict(pair.split("|") for pair in pairs.splitlines())

    def indexes(self, call: Callable[[], object], times: int = CUSTOM_PLANS + 1) -> set[str]:
        """The indexes of the executions that a call uses the last of so many times."""
        for _ in range(times - 1):
            call()
        self.wait()
        begin = self.log.stat().st_size
        call()
        self.wait()
        with self.log.open() as log:
            log.seek(begin)
            text = log.read()
        used = {name for plan in PLAN.findall(text) for name in index_names(json.loads(plan))}
        return {self.parents[name] for name in used if name in self.parents}

    def wait(self):
        """Until nothing is added to the log any more."""
        size = -1
        while size != (size := self.log.stat().st_size):
            time.sleep(0.2)


def index_names(plan: object) -> Iterator[str]:
    """Of all nodes of a plan."""
    if isinstance(plan, dict):
        if "Index Name" in plan:
            yield plan["Index Name"]
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from index_names(part)
