"""What is to be delivered to the server, on disk until it is.

A spool is a folder. Each process has a folder of its own in it, and takes over those of processes
that have died. Records are appended to segments; a segment is closed when it is large enough, or
when it is to be delivered, and removed when all of it is. So what a crash leaves are segments to be
delivered again, which does no harm, the last of which may end within a record.
"""

import asyncio
import contextlib
import logging
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from workflow_history_client import _records as records
from workflow_history_client._records import Record
from workflow_history_client._spool_folders import Folder, Root, sync_folder

_SEGMENT_BYTES = 1 << 20
_log = logging.getLogger(__name__)


class SpoolFull(Exception):
    """There is no room for another run, and whoever records it wants to know."""


class Spool:
    """The part of a spool that this process writes, and those that it has taken over."""

    def __init__(self, root: pathlib.Path, *, durable: bool) -> None:
        """Raises `OSError` where the folder can't be made or written."""
        self._root = Root(root)
        self._durable = durable
        self._taken: list[Folder] = []
        self._own = self._root.new_folder()
        self._active: tuple[pathlib.Path, BinaryIO] | None = None
        # What was written, and how much of it is on disk for good.
        self._written = self._synced = 0
        self._unsynced: list[BinaryIO] = []
        self._has_new_name = False
        self._syncing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="workflow-history-spool")

    @property
    def refused(self) -> pathlib.Path:
        """The file of what the server refused from this process."""
        return self._root.refused / f"{self._own.path.name}.ndjson"

    @property
    def size(self) -> int:
        """The bytes of all that is to be delivered by this process."""
        return sum(folder.size for folder in self._folders)

    def is_own(self, segment: pathlib.Path) -> bool:
        """Whether this process wrote it, and not one that has died."""
        return segment.parent == self._own.path

    @property
    def _folders(self) -> list[Folder]:
        """In the order in which they are delivered."""
        return [*self._taken, self._own]

    def take_over(self) -> None:
        """Takes what processes that have died left, to be delivered before all else."""
        for folder in self._root.abandoned():
            if folder.sizes:
                self._taken.append(folder)
            else:
                folder.release()

    # -- writing

    def append(self, record: Record) -> None:
        """Writes a record, which a kill of this process can't undo. Raises `OSError`, and has then
        written nothing that would be read."""
        if not self._own.is_held:
            raise OSError("the spool is closed, or belongs to the process that forked this one")
        path, file = self._active or self._begin_segment()
        frame = record.framed()
        try:
            if file.write(frame) != len(frame):
                raise OSError("the record was cut short")
        except OSError:
            # What stands there now is a torn end, and nothing may follow it.
            self._seal()
            raise
        if self._durable and file not in self._unsynced:
            self._unsynced.append(file)
        self._written += len(frame)
        self._own.sizes[path] += len(frame)
        if self._own.sizes[path] >= _SEGMENT_BYTES:
            self._seal()

    def _begin_segment(self) -> tuple[pathlib.Path, BinaryIO]:
        file = self._own.new_segment()
        self._has_new_name = True
        self._active = pathlib.Path(file.name), file
        return self._active

    def _seal(self) -> None:
        if self._active is not None:
            _, file = self._active
            self._active = None
            if file not in self._unsynced:
                file.close()

    async def synced(self) -> None:
        """Returns when all that was appended is safe from a crash of the machine too, if that is
        wanted."""
        written = self._written
        while self._durable and self._synced < written:
            if self._syncing is None:
                self._syncing = asyncio.create_task(self._sync())
            await asyncio.shield(self._syncing)

    async def _sync(self) -> None:
        """Those that come while one sync goes on share the next."""
        written, files = self._written, list(self._unsynced)
        folder = self._own.path if self._has_new_name else None
        self._has_new_name = False
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, _sync_files, files, folder)
        except OSError as failure:
            self._say_unsafe(failure)
        finally:
            self._synced = written
            self._syncing = None
            # What was written meanwhile may be in any of them.
            if self._written == written:
                self._unsynced = []
                self._close_all_but_active(files)

    def _say_unsafe(self, failure: OSError) -> None:
        _log.error("a crash of the machine may cost what is in %s: %s", self._own.path, failure)

    def _close_all_but_active(self, files: list[BinaryIO]) -> None:
        for file in files:
            if self._active is None or file is not self._active[1]:
                file.close()

    # -- delivering

    def next_segment(self) -> pathlib.Path | None:
        """The oldest segment, to which nothing is added any more; None where all is delivered."""
        oldest = next((one for folder in self._folders for one in folder.sizes), None)
        if self._active is not None and oldest == self._active[0]:
            self._seal()
        return oldest

    def read(self, segment: pathlib.Path) -> list[Record]:
        """The records of a segment. What comes after the last whole one is not read: if it is more
        than a write that a crash cut short, it is kept beside the spool."""
        contents = records.read(segment)
        if contents.damaged:
            copy = self._root.refused / f"{segment.parent.name}-{segment.name}"
            copy.write_bytes(contents.damaged)
            _log.error(
                "%s is damaged: %d bytes of it are in %s", segment, len(contents.damaged), copy
            )
        return contents.records

    def remove(self, segment: pathlib.Path) -> None:
        """Forgets a segment: all of it is delivered."""
        for folder in self._folders:
            if segment in folder.sizes:
                folder.remove(segment)
        for folder in [one for one in self._taken if not one.sizes]:
            folder.release()
            self._taken.remove(folder)

    def close(self) -> None:
        """Leaves what is not delivered to the next process."""
        self._seal()
        self._thread.shutdown(wait=True)
        try:
            _sync_files(self._unsynced, self._own.path if self._has_new_name else None)
        except OSError as failure:
            self._say_unsafe(failure)
        self._close_all_but_active(self._unsynced)
        self._unsynced = []
        self._synced = self._written
        for folder in self._folders:
            with contextlib.suppress(OSError):
                folder.release()


def _sync_files(files: list[BinaryIO], folder: pathlib.Path | None) -> None:
    for file in files:
        os.fsync(file.fileno())
    if folder is not None:
        sync_folder(folder)
