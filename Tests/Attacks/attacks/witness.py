"""A well-behaved client that calls all the time, in a process of its own, so that what it measures
is the server, and not the attacker's Python."""

import collections
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
FOLDERS = [str(HERE.parent), str(HERE.parents[1] / "Integration")]
# A call that takes longer has failed.
DEADLINE = 5.0
# Between two calls, in tests, where a witness shares the machine with others and needs no rate.
PAUSE = 0.002


@dataclasses.dataclass(frozen=True)
class Sample:
    """One call: when it began on the monotonic clock, the seconds that it took, and its status."""

    began: float
    took: float
    status: int


@dataclasses.dataclass(frozen=True)
class Testimony:
    """The calls of a stretch of time."""

    seconds: float
    samples: list[Sample]

    @property
    def failures(self) -> collections.Counter[int]:
        return collections.Counter(one.status for one in self.samples if one.status != 0)

    @property
    def calls_per_second(self) -> float:
        return len(self.samples) / self.seconds

    def quantile_ms(self, quantile: float) -> float:
        """Nearest rank."""
        took = sorted(one.took for one in self.samples)
        return took[min(int(quantile * len(took)), len(took) - 1)] * 1_000 if took else float("nan")


class Witness:
    """Calls GetWorkflowExecution over TLS, on a connection that it opens once."""

    def __init__(self, target, pause: float = 0.0):
        from attacks.target import GET, get_request

        with target.server.channel() as channel:
            call = channel.unary_unary(GET)
            bearer = [("authorization", f"Bearer {target.token}")]
            expected = call(get_request(target.small), metadata=bearer, timeout=DEADLINE)
        what = {
            "address": target.server.address,
            "ca": str(target.ca),
            "path": GET,
            "token": target.token,
            "request": get_request(target.small).hex(),
            "expected": expected.hex(),
            "pause": pause,
        }
        self._samples: list[Sample] = []
        self._process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(what)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(FOLDERS)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait_for(0)

    def __enter__(self) -> "Witness":
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._reader.join()

    def _read(self):
        with self._process.stdout:
            for line in self._process.stdout:
                # The last one may have been cut off by the end of the process.
                if not line.endswith("\n"):
                    break
                began, took, status = line.split()
                self._samples.append(Sample(float(began), float(took), int(status)))

    def _wait_for(self, began: float):
        """Until a call has ended that began after this."""
        end = time.monotonic() + 3 * DEADLINE
        while not self._samples or self._samples[-1].began < began:
            assert time.monotonic() < end and self._process.poll() is None, "no call ends any more"
            time.sleep(0.005)

    def between(self, start: float, end: float) -> Testimony:
        """The calls that were under way then."""
        self._wait_for(end)
        during = [one for one in self._samples if one.began + one.took > start and one.began < end]
        return Testimony(end - start, during)


def call_for_ever(what: dict):
    import grpc

    from harness.channels import open_channel

    ca = pathlib.Path(what["ca"]).read_bytes()
    call = open_channel("tls", what["address"], pathlib.Path(), ca, None).unary_unary(what["path"])
    bearer = [("authorization", f"Bearer {what['token']}")]
    request, expected = (bytes.fromhex(what[name]) for name in ("request", "expected"))
    while True:
        began = time.monotonic()
        try:
            answer = call(request, metadata=bearer, timeout=DEADLINE)
            status = 0 if answer == expected else grpc.StatusCode.DATA_LOSS.value[0]
        except grpc.RpcError as error:
            status = error.code().value[0]
        sys.stdout.write(f"{began} {time.monotonic() - began} {status}\n")
        sys.stdout.flush()
        time.sleep(what["pause"])


def end_with_the_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    call_for_ever(json.loads(sys.argv[1]))
