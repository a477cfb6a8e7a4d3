"""The subcommands of scripts/bench, which says what each measures."""

import argparse
import sys

from bench import connections, drains, report, rpc, storage

SECONDS, CONNECTIONS, RESTARTS = 10, 10_000, 1_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench")
    subcommands = parser.add_subparsers(dest="subcommand", required=True)
    for name in ("rpc", "storage", "connections", "drains", "all"):
        subcommand = subcommands.add_parser(name)
        subcommand.add_argument("--json", action="store_true")
        if name in ("rpc", "storage", "all"):
            subcommand.add_argument("--seconds", type=positive, default=SECONDS)
        elif name == "connections":
            subcommand.add_argument("--count", type=connection_count, default=CONNECTIONS)
        else:
            length = subcommand.add_mutually_exclusive_group()
            length.add_argument("--count", type=positive, default=RESTARTS)
            length.add_argument("--seconds", type=positive)
            subcommand.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()

    reports = [measure(name, arguments) for name in chosen(arguments.subcommand)]
    report.write(reports, arguments.json)
    return 0 if all(measured.is_good for measured in reports) else 1


def chosen(subcommand: str) -> list[str]:
    return ["rpc", "storage", "connections", "drains"] if subcommand == "all" else [subcommand]


def measure(name: str, arguments: argparse.Namespace) -> report.Report:
    is_all = arguments.subcommand == "all"
    match name:
        case "rpc":
            return rpc.measure(arguments.seconds)
        case "storage":
            return storage.measure(arguments.seconds)
        case "connections":
            return connections.measure(CONNECTIONS if is_all else arguments.count)
        case _ if is_all:
            return drains.measure(RESTARTS, None, plain=False)
        case _:
            return drains.measure(arguments.count, arguments.seconds, arguments.plain)


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


if __name__ == "__main__":
    sys.exit(main())
