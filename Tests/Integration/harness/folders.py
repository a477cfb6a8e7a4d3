"""Folders for servers to live in."""

import pathlib
import tempfile


def temporary_folder() -> pathlib.Path:
    """A short path, for Unix sockets, that Postgres's own user can enter."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wh-"))
    folder.chmod(0o755)
    return folder
