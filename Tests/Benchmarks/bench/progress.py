"""How far a benchmark has come: a line that changes in a terminal, lines elsewhere, on standard
error."""

import sys
import time

BEGAN = time.monotonic()


def say(text: str):
    line = f"scripts/bench, {time.monotonic() - BEGAN:.0f} s: {text}"
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


def end():
    """Clears the line, before something else is shown."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
