"""The subcommands of scripts/bench, which says what each measures."""

import argparse
import sys
from collections.abc import Callable

from bench import (
    archiving,
    bulk,
    connections,
    console,
    drains,
    fairness,
    folding,
    http_json,
    identity,
    indexes,
    latency,
    learning,
    report,
    rpc,
    scale,
    sealing,
    storage,
    watching,
)

SECONDS, ROUNDS, CONNECTIONS, RESTARTS, EXECUTIONS = 10, 5, 10_000, 1_000, 5_000_000
CHANGES = 1_000_000
ARCHIVED = 1_000_000

MEASURES: dict[str, Callable[[argparse.Namespace], report.Report]] = {
    "rpc": lambda given: rpc.measure(given.seconds),
    "storage": lambda given: storage.measure(given.seconds, given.rounds),
    "bulk": lambda given: bulk.measure(given.seconds, given.rounds),
    "latency": lambda given: latency.measure(given.seconds, given.rounds),
    "folding": lambda given: folding.measure(given.seconds, given.rounds),
    "learning": lambda given: learning.measure(given.rounds),
    "indexes": lambda given: indexes.measure(given.seconds, given.rounds),
    "scale": lambda given: scale.measure(given.executions),
    "archive": lambda given: archiving.measure(given.archived, given.rounds),
    "watch": lambda given: watching.measure(given.changes),
    "fairness": lambda given: fairness.measure(given.rounds),
    "http": lambda given: http_json.measure(given.rounds),
    "console": lambda given: console.measure(given.rounds),
    "identity": lambda given: identity.measure(given.rounds),
    "sealing": lambda given: sealing.measure(given.rounds),
    "connections": lambda given: connections.measure(given.connections),
    "drains": lambda given: drains.measure(given.restarts, given.restart_seconds, given.plain),
}


def main() -> int:
    given = parser().parse_args()
    names = list(MEASURES) if given.subcommand == "all" else [given.subcommand]
    reports = []
    for name in names:
        measured = MEASURES[name](given)
        reports += measured if isinstance(measured, list) else [measured]
    report.write(reports, given.json)
    return 0 if all(measured.is_good for measured in reports) else 1


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench")
    # What a subcommand has no flag for, which `all` has for few.
    parser.set_defaults(
        connections=CONNECTIONS, restarts=RESTARTS, restart_seconds=None, plain=False
    )
    subcommands = parser.add_subparsers(dest="subcommand", required=True)
    for name in [*MEASURES, "all"]:
        subcommand = subcommands.add_parser(name)
        subcommand.add_argument("--json", action="store_true")
        add_flags(subcommand, name)
    return parser


def add_flags(subcommand: argparse.ArgumentParser, name: str):
    add = subcommand.add_argument
    if name in ("rpc", "storage", "bulk", "latency", "folding", "indexes", "all"):
        add("--seconds", type=positive, default=SECONDS)
    if name not in ("rpc", "scale", "watch", "connections", "drains"):
        add("--rounds", type=positive, default=ROUNDS)
    if name in ("scale", "all"):
        add("--executions", type=execution_count, default=EXECUTIONS)
    if name in ("archive", "all"):
        add("--archived", type=positive, default=ARCHIVED)
    if name in ("watch", "all"):
        add("--changes", type=positive, default=CHANGES)
    if name == "connections":
        add("--count", dest="connections", type=connection_count, default=CONNECTIONS)
    if name == "drains":
        length = subcommand.add_mutually_exclusive_group()
        length.add_argument("--count", dest="restarts", type=positive, default=RESTARTS)
        length.add_argument("--seconds", dest="restart_seconds", type=positive)
        add("--plain", action="store_true")


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("takes 1 or more")
    return number


def connection_count(text: str) -> int:
    number = positive(text)
    if number > connections.MOST:
        raise argparse.ArgumentTypeError(f"takes at most {connections.MOST}")
    return number


def execution_count(text: str) -> int:
    number = positive(text)
    if number < scale.FEWEST:
        raise argparse.ArgumentTypeError(f"takes {scale.FEWEST} or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
