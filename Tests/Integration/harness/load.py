"""Clients that save and update as fast as they are answered, and remember every answer."""

import contextlib
import threading

import grpc

from harness.client import COMPLETED, Client, document, execution
from harness.identifiers import uuid7


class Load:
    """Threads that write until they are told to stop, through whatever happens meanwhile."""

    def __init__(self, client: Client, threads: int = 8):
        self.client = client
        # The latest acknowledged state of each execution.
        self.acknowledged: dict[str, object] = {}
        # What was sent again and again until it was answered, by its id.
        self.refusals: list[grpc.RpcError] = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(threads)]

    @contextlib.contextmanager
    def running(self):
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def _run(self, number: int):
        written = 0
        while not self._stopped.is_set():
            sent = execution(
                id=uuid7(), workflow_id=f"load-{number}", input_data=document({"n": written})
            )
            if not self._attempt(lambda sent=sent: self.client.save(sent)):
                continue
            written += 1
            if written % 3 == 0:
                self._attempt(lambda sent=sent: self.client.update(sent.id, status=COMPLETED))

    def _attempt(self, call) -> bool:
        try:
            answer = call()
        except (grpc.RpcError, ValueError) as error:
            # A ValueError is grpcio's word for a channel that the test has closed.
            if isinstance(error, grpc.RpcError):
                self.refusals.append(error)
            return False
        self.acknowledged[answer.id] = answer
        return True

    @property
    def codes(self) -> set[grpc.StatusCode]:
        return {refusal.code() for refusal in self.refusals}


def assert_nothing_is_lost(acknowledged: dict[str, object], client: Client):
    """Every acknowledged row is there, as acknowledged or, where an update was committed whose
    answer was lost, one version on."""
    assert acknowledged
    stored = {row.id: row for row in client.walk(page_size=100, view=2)}
    for execution_id, answer in acknowledged.items():
        row = stored.get(execution_id)
        assert row is not None, f"{execution_id} was acknowledged, and is gone"
        assert row == answer or row.version == answer.version + 1
