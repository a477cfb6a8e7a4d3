"""Processes on cores of their own, and what they use."""

import contextlib
import os
import pathlib
import threading
import time

# The server has a core, and the load has another: neither can take the other's time.
SERVER_CORE, LOAD_CORE = 0, 1


def check_cores():
    if not {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
        raise SystemExit(
            "scripts/bench: this needs a core for the server, and another for the load"
        )


@contextlib.contextmanager
def on_core(core: int):
    """Has this thread run on one core alone, and with it the processes that it starts meanwhile,
    as taskset would."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """What the process has used, in user and system time."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """The memory that the process has."""
    return _status_bytes(pid, "VmRSS")


def peak_resident_bytes(pid: int) -> int:
    """The most memory that the process has had, since it began or `reset_peak` was called."""
    return _status_bytes(pid, "VmHWM")


class PeakOf:
    """The most memory that a process has had, told once it has ended: what its rusage says counts
    what the process had that started it."""

    def __init__(self, pid: int):
        self.bytes = 0
        self._pid = pid
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        # Its page tables go before it does.
        with contextlib.suppress(OSError):
            while True:
                self.bytes = max(self.bytes, peak_resident_bytes(self._pid))
                time.sleep(0.02)

    def join(self) -> int:
        self._thread.join()
        return self.bytes


def reset_peak(pid: int):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status_bytes(pid: int, name: str) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(f"process {pid} has ended")
