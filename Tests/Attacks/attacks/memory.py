"""A process's memory and descriptors, as Linux tells them."""

import contextlib
import pathlib

MIB = 1 << 20
# The state of a connection whose other side has ended, in /proc/net/tcp.
CLOSE_WAIT = "08"


def resident(pid: int) -> int:
    """The bytes that it has in memory now."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> int:
    """The most that it had since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int):
    """Begins the peak anew (proc(5), clear_refs)."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def descriptors(pid: int) -> int:
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def forsaken(pid: int) -> int:
    """How many of its sockets, which it has yet to close, have lost their other side: that has said
    that it sends no more, or the system knows no connection of theirs any more."""
    sockets = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            kind, _, inode = str(descriptor.readlink()).partition(":")
            if kind == "socket":
                sockets.add(inode.strip("[]"))
    tables = {name: pathlib.Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6", "unix")}
    for name, table in tables.items():
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
        if name == "unix":
            sockets -= {row[6] for row in rows}
        else:
            sockets -= {row[9] for row in rows if row[3] != CLOSE_WAIT}
    return len(sockets)


def _status(pid: int, name: str) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) << 10
    raise LookupError(f"no {name} in /proc/{pid}/status")
