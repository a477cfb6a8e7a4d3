"""Executors that record their runs while they, the server and its Postgres are killed."""

import collections
import contextlib
import dataclasses
import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator

from faults.catalogue import Setting, accepts, kill_both, kill_postmasters, kill_server, private
from harness.folders import temporary_folder
from harness.identifiers import fresh_user
from harness.recording import Executor
from harness.server import wait_until

# The languages of the clients of a fleet's executors, by what is asked for.
FLEETS = {
    "python": ("python", "python"),
    "swift": ("swift", "swift"),
    "both": ("python", "swift"),
}
AT_ONCE = 8
# A run takes about as long as this.
SECONDS = 0.03


class Fleet:
    """Executors on one spool, with a successor for each that is killed."""

    def __init__(self, setting: Setting, languages: tuple[str, ...]):
        self.user = fresh_user()
        self.spool = temporary_folder()
        self._server = setting.server
        self._languages = languages
        self._dead: list[Executor] = []
        self._alive = [self.start(language) for language in languages]

    def start(self, language: str, runs: int = 0) -> Executor:
        return Executor(
            self._server,
            self.user,
            self.spool,
            runs=runs,
            at_once=AT_ONCE,
            seconds=SECONDS,
            language=language,
        )

    def kill_one(self, moments: random.Random):
        place = moments.randrange(len(self._alive))
        executor = self._alive[place]
        assert executor.process.poll() is None, "an executor has ended by itself"
        executor.kill()
        self._dead.append(executor)
        self._alive[place] = self.start(self._languages[place])

    def finish(self):
        """Kills all, and lets one more deliver what they left behind."""
        for executor in self._alive:
            executor.kill()
        self._dead += self._alive
        self._alive = []
        while list(self.spool.glob("process-*")):
            last = self.start(self._languages[-1], runs=1)
            assert last.wait() == 0
            self._dead.append(last)

    def remove(self):
        for executor in self._alive:
            executor.kill()
        shutil.rmtree(self.spool)

    @property
    def began(self) -> list[str]:
        return [name for one in [*self._dead, *self._alive] for name in one.began]

    @property
    def ended(self) -> list[str]:
        return [name for one in [*self._dead, *self._alive] for name in one.ended]

    @property
    def killed(self) -> int:
        return sum(one.process.returncode < 0 for one in self._dead)


@dataclasses.dataclass
class RecorderAudit:
    """What came of it all."""

    # Runs that had begun, and those that had ended, as the executors said.
    began: int
    ended: int
    # How often each was killed.
    kills: dict[str, int]
    seconds: float
    # Begun or ended, and not stored so.
    lost: int = 0
    # Stored under two ids, or with an update that was carried out twice.
    duplicates: int = 0
    # Refused by the server.
    refused: int = 0
    # Written down, but killed before they could say so: at most those under way, for each kill.
    unsaid: int = 0
    statistics_differ: bool = False

    @property
    def is_clean(self) -> bool:
        wrong = self.lost + self.duplicates + self.refused
        few = self.unsaid <= AT_ONCE * self.kills["executor"]
        return wrong == 0 and few and not self.statistics_differ


def kill_postgres(setting: Setting):
    postgres = setting.postgres
    kill_postmasters(setting)
    wait_until(lambda: accepts(postgres), what="the next Postgres")


def soak(runs: int, moments: random.Random, client: str = "python") -> RecorderAudit:
    """Kills at random moments until so many runs have begun, and holds what the executors said
    against the table.

    - client: one of `FLEETS`.
    """
    began = time.monotonic()
    kills: collections.Counter[str] = collections.Counter()
    with private() as setting, fleet(setting, FLEETS[client]) as executors:
        faults: dict[str, Callable[[], None]] = {
            "executor": lambda: executors.kill_one(moments),
            "server": lambda: kill_server(setting, None),
            "postgres": lambda: kill_postgres(setting),
            "both": lambda: kill_both(setting, None),
        }
        while len(executors.began) < runs:
            time.sleep(moments.uniform(0.2, 2.0))
            [name] = moments.choices(list(faults), weights=[3, 1, 1, 1])
            faults[name]()
            kills[name] += 1
            said = f"{len(executors.began)} runs began, {dict(kills)}"
            print(said, file=sys.stderr, flush=True)
        executors.finish()
        kills["executor"] = executors.killed
        seconds = round(time.monotonic() - began, 1)
        return audit(setting, executors, kills, seconds)


@contextlib.contextmanager
def fleet(setting: Setting, languages: tuple[str, ...]) -> Iterator[Fleet]:
    executors = Fleet(setting, languages)
    try:
        yield executors
    finally:
        executors.remove()


def audit(
    setting: Setting, executors: Fleet, kills: dict[str, int], seconds: float
) -> RecorderAudit:
    query = (
        "select coalesce(json_agg(json_build_array(id, workflow_id, status, version)), '[]')"
        f" from workflow_executions where user_id = '{executors.user}'"
    )
    rows = json.loads(setting.postgres.psql(query))
    completed = {name for name, _, status, _ in rows if status == 3}
    stored = {name for name, _, _, _ in rows}
    began, ended = set(executors.began), set(executors.ended)
    client = setting.server.client(executors.user)
    return RecorderAudit(
        began=len(began),
        ended=len(ended),
        kills=dict(kills),
        seconds=seconds,
        lost=len(began - stored) + len(ended - completed),
        duplicates=len(rows)
        - len({workflow for _, workflow, _, _ in rows})
        + sum(version > 2 for _, _, _, version in rows),
        refused=sum(
            len(path.read_bytes().splitlines()) for path in (executors.spool / "refused").iterdir()
        ),
        unsaid=len(stored - began),
        statistics_differ=client.statistics().total_executions != len(rows),
    )
