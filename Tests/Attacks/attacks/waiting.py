"""Waits for sockets, however many files the process has open: select() knows 1,024."""

import select
import socket
from collections.abc import Iterable


def ready(
    readers: Iterable[socket.socket], writers: Iterable[socket.socket], seconds: float
) -> tuple[list[socket.socket], list[socket.socket]]:
    """Those that can be read, or have ended, and those that can be written, by then."""
    readers, writers = list(readers), list(writers)
    events: dict[int, int] = {}
    for sockets, event in ((readers, select.POLLIN), (writers, select.POLLOUT)):
        for one in sockets:
            events[one.fileno()] = events.get(one.fileno(), 0) | event
    poll = select.poll()
    for descriptor, wanted in events.items():
        poll.register(descriptor, wanted)
    found = dict(poll.poll(seconds * 1e3))
    over = select.POLLHUP | select.POLLERR

    def are(sockets: list[socket.socket], event: int) -> list[socket.socket]:
        return [one for one in sockets if found.get(one.fileno(), 0) & (event | over)]

    return are(readers, select.POLLIN), are(writers, select.POLLOUT)
