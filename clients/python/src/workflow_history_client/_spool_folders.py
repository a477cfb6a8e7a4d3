"""The folders of a spool: one for each process, which locks it for as long as it lives."""

import fcntl
import logging
import os
import pathlib
import weakref
from typing import BinaryIO

from workflow_history_client.identifiers import new_execution_id

_LOCK = "lock"
_SUFFIX = ".records"
_DIGITS = 12
_log = logging.getLogger(__name__)
_held: "weakref.WeakSet[Folder]" = weakref.WeakSet()


class Folder:
    """A folder of segments, and the lock on it.

    A segment is a file of records. Their names are numbers, which grow.
    """

    def __init__(self, path: pathlib.Path, lock: int) -> None:
        self.path = path
        # Its descriptor; None where the lock is no longer ours.
        self._lock: int | None = lock
        self.sizes = {file: file.stat().st_size for file in self._files()}
        numbers = [int(file.name.removesuffix(_SUFFIX)) for file in self.sizes]
        self._next = max(numbers, default=0) + 1
        _held.add(self)

    def _files(self) -> list[pathlib.Path]:
        return sorted(self.path.glob("[0-9]" * _DIGITS + _SUFFIX))

    @property
    def is_held(self) -> bool:
        return self._lock is not None

    @property
    def size(self) -> int:
        return sum(self.sizes.values())

    def new_segment(self) -> BinaryIO:
        """A segment that comes after all others, to be written to."""
        path = self.path / f"{self._next:0{_DIGITS}}{_SUFFIX}"
        file: BinaryIO = open(path, "xb", buffering=0)  # noqa: SIM115
        self._next += 1
        self.sizes[path] = 0
        return file

    def remove(self, segment: pathlib.Path) -> None:
        segment.unlink(missing_ok=True)
        del self.sizes[segment]

    def release(self) -> None:
        """Lets another process have it, or removes it where nothing is left in it."""
        if self._lock is None:
            return
        with _Locked(self.path.parent):
            if not self.sizes:
                (self.path / _LOCK).unlink(missing_ok=True)
                self.path.rmdir()
            self.abandon()

    def abandon(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _abandon_all() -> None:
    """A child of this process has its locks too, and must not keep them when this one dies."""
    for folder in list(_held):
        folder.abandon()


os.register_at_fork(after_in_child=_abandon_all)


class Root:
    """The folder of all processes of a spool."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.refused = path / "refused"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.refused.mkdir(mode=0o700, exist_ok=True)

    def new_folder(self) -> Folder:
        with _Locked(self.path):
            path = self.path / f"process-{new_execution_id()}"
            path.mkdir(mode=0o700)
            lock = _try_lock(path / _LOCK)
            assert lock is not None
            sync_folder(self.path)
            return Folder(path, lock)

    def abandoned(self) -> list[Folder]:
        """The folders that processes which have died left behind, the oldest first: ours now."""
        folders = []
        with _Locked(self.path):
            for path in sorted(self.path.glob("process-*")):
                try:
                    lock = _try_lock(path / _LOCK)
                except OSError as failure:
                    _log.error("what is left in %s can't be had: %s", path, failure)
                    continue
                if lock is not None:
                    folders.append(Folder(path, lock))
        return folders


def sync_folder(path: pathlib.Path) -> None:
    """Makes the names of its files safe from a crash of the machine."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Locked:
    """Keeps others from making, taking and removing folders meanwhile."""

    def __init__(self, root: pathlib.Path) -> None:
        self._path = root / _LOCK

    def __enter__(self) -> None:
        self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)


def _try_lock(path: pathlib.Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
