"""The commands of the executable, in a pipe and in a terminal."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios

from harness.server import executable

PATIENCE = 60


def environment(**variables: str) -> dict[str, str]:
    """The least that a command needs, and these: nothing of who runs the tests."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"} | variables


def run(*arguments: object, cwd=None, **variables: str) -> subprocess.CompletedProcess:
    """Runs a command with no terminal."""
    return subprocess.run(
        [executable(), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(**variables),
        cwd=cwd,
        timeout=PATIENCE,
    )


def output(*arguments: object, **options) -> str:
    """What a command that must succeed prints."""
    done = run(*arguments, **options)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def answer(*arguments: object, **options) -> dict:
    """The same with --json."""
    return json.loads(output(*arguments, "--json", **options))


def in_terminal(*arguments: object, columns: int = 100, **variables: str) -> str:
    """What a command shows in a terminal of so many columns."""
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen(
            [executable(), *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(TERM="xterm-256color", **variables),
        )
    finally:
        os.close(theirs)
    shown = read_terminal(ours)
    assert process.wait(timeout=PATIENCE) == 0, shown
    return shown


def read_terminal(ours: int) -> str:
    """All that is shown in a terminal until the last process leaves it; closes our side of it."""
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(65_536)
            except OSError:  # What Linux says when the last process has left a terminal.
                break
            if not piece:
                break
            shown += piece
    return shown.decode().replace("\r\n", "\n")
