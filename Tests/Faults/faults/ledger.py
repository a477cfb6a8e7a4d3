"""Clients that write through whatever happens, and the ledger of what they were told."""

import base64
import collections
import contextlib
import dataclasses
import json
import os
import threading
import time

import grpc

from harness.channels import open_channel
from harness.client import COMPLETED, Client, document, execution
from harness.identifiers import fresh_user, uuid7
from harness.postgres import Postgres
from harness.server import Server, wait_until

# What a caller is told who may try again.
PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
}
# Longer than the server waits for its database in any statement: no call may hang.
PATIENCE = 30


@dataclasses.dataclass
class Entry:
    """One execution, as its client knows it."""

    number: int
    # The version that was acknowledged, and the one that may have been stored; 0 is none.
    acknowledged: int = 0
    attempted: int = 1


class Ledger:
    """Threads that save under ids of their own, and complete every third execution. What is not
    answered with success is tried again, as it was sent, until it is."""

    def __init__(self, server: Server, threads: int = 8, payload: int = 100):
        self.user = fresh_user()
        # Not one of the server's channels, which are closed when it is stopped.
        channel = open_channel("tls", server.address, server.socket, server.ca, None)
        self._client = Client(channel, self.user, server.token(self.user))
        self._payload = payload
        self.entries: dict[str, Entry] = {}
        self.refusals: collections.Counter[str] = collections.Counter()
        self.unexpected: list[grpc.RpcError] = []
        self.answers = 0
        self.longest = 0.0
        # The longest time between two answers, and when the last one came.
        self._silence = 0.0
        self._last = time.monotonic()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._abandoned = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    @contextlib.contextmanager
    def running(self):
        """Writes while the body runs, and then until all that was begun is acknowledged."""
        self._last = time.monotonic()
        for thread in self._threads:
            thread.start()
        try:
            yield self
        except BaseException:
            self._abandoned.set()
            raise
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def wait_for(self, more: int):
        """Returns once so many more calls were answered with success."""
        enough = self.answers + more
        wait_until(lambda: self.answers >= enough, seconds=120, what=f"{more} answers")

    def _run(self):
        while not self._stopped.is_set():
            with self._lock:
                entry = Entry(len(self.entries))
                sent = execution(id=uuid7(), input_data=document(self._document(entry.number)))
                self.entries[sent.id] = entry
            saved = self._until_answered(lambda sent=sent: self._client.save(sent))
            if saved is None:
                return
            entry.acknowledged = saved.version
            if entry.number % 3 == 0:
                self._complete(sent.id, entry)

    def _document(self, number: int) -> dict:
        noise = base64.b64encode(os.urandom(self._payload * 3 // 4)).decode()
        return {"number": number, "noise": noise}

    def _complete(self, execution_id: str, entry: Entry):
        entry.attempted = 2

        def update():
            try:
                return self._client.update(execution_id, expected_version=1, status=COMPLETED)
            except grpc.RpcError as error:
                # It meets its own first try, whose answer was lost.
                stored = self._client.get(execution_id)
                if error.code() is grpc.StatusCode.ABORTED and stored.version == 2:
                    return stored
                raise

        answer = self._until_answered(update)
        if answer is not None:
            entry.acknowledged = answer.version

    def _until_answered(self, call):
        while not self._abandoned.is_set():
            began = time.monotonic()
            try:
                answer = call()
            except grpc.RpcError as error:
                with self._lock:
                    self.refusals[error.code().name] += 1
                    if error.code() not in PASSING:
                        self.unexpected.append(error)
                time.sleep(0.05)
            else:
                with self._lock:
                    self.answers += 1
                    now = time.monotonic()
                    self._silence = max(self._silence, now - self._last)
                    self._last = now
                return answer
            finally:
                self.longest = max(self.longest, time.monotonic() - began)
        return None

    def audit(self, postgres: Postgres) -> "Audit":
        """Compares what the ledger says with what the table holds, and with what is served."""
        query = (
            "select coalesce(json_agg(json_build_array(id, version, input_data->'number')), '[]')"
            f" from workflow_executions where user_id = '{self.user}'"
        )
        rows = json.loads(postgres.psql(query))
        stored = collections.Counter(row[0] for row in rows)
        audit = Audit(
            acknowledged=sum(entry.acknowledged > 0 for entry in self.entries.values()),
            refusals=dict(self.refusals),
            longest_call_s=round(self.longest, 2),
            silence_s=round(self._silence, 2),
        )
        audit.duplicates = sum(count - 1 for count in stored.values())
        for execution_id, version, number in rows:
            entry = self.entries.get(execution_id)
            if entry is None or number != entry.number or version > entry.attempted:
                audit.never_sent += 1
            elif version < entry.acknowledged:
                audit.lost += 1
        audit.lost += sum(
            entry.acknowledged > 0 and execution_id not in stored
            for execution_id, entry in self.entries.items()
        )
        audit.statistics_differ = statistics_differ(self._client, postgres)
        audit.unexpected = [str(error.details()) for error in self.unexpected]
        return audit


def statistics_differ(client: Client, postgres: Postgres) -> bool:
    """Whether what the statistics say is not what a scan of the table finds."""

    def answered():
        # The connections for statistics may be the last to come back.
        try:
            return client.statistics()
        except grpc.RpcError as error:
            assert error.code() in PASSING
            return None

    statistics = wait_until(answered, what="an answer")
    counts = postgres.psql(
        "select count(*), count(*) filter (where status = 3) from workflow_executions"
        f" where user_id = '{client.user}'"
    )
    told = f"{statistics.total_executions}|{statistics.completed_executions}"
    return told != counts


@dataclasses.dataclass
class Audit:
    """What came of it all."""

    acknowledged: int
    refusals: dict[str, int]
    longest_call_s: float
    # The longest time in which no call was answered with success.
    silence_s: float
    # Acknowledged, but missing or older than acknowledged.
    lost: int = 0
    duplicates: int = 0
    # In the table, but not as anybody sent it.
    never_sent: int = 0
    statistics_differ: bool = False
    unexpected: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        wrong = self.lost + self.duplicates + self.never_sent + len(self.unexpected)
        return wrong == 0 and not self.statistics_differ and self.longest_call_s < PATIENCE
