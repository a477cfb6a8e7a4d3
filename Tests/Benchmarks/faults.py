"""What was acknowledged, lost and refused when faults happen under load; see scripts/faults."""

import argparse
import dataclasses
import json
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = HERE.parents[1] / "clients" / "python" / "src"
sys.path[:0] = [str(HERE.parent / "Integration"), str(HERE.parent / "Faults"), str(CLIENT)]
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from faults.catalogue import FAULTS, strike  # noqa: E402
from faults.ledger import Audit  # noqa: E402
from faults.recorder import FLEETS, soak  # noqa: E402


@dataclasses.dataclass
class Row:
    """One fault, at one moment."""

    fault: str
    cycle: int
    audit: Audit


def rows(names: list[str], cycles: int, moments: random.Random):
    for name in names:
        setting, _, can_bear_more = FAULTS[name]
        cycle = 0
        while cycle < cycles:
            # A setting that bears it lives on: what one fault leaves is what the next one meets.
            with setting() as standing:
                for _ in range(cycles if can_bear_more else 1):
                    cycle += 1
                    yield Row(name, cycle, strike(standing, name, moments))


def line(row: Row, cycles: int) -> str:
    audit = row.audit
    refused = ", ".join(f"{count} {code}" for code, count in audit.refusals.items()) or "none"
    verdict = "ok" if audit.is_clean else f"NOT OK: {audit}"
    return (
        f"{row.fault} {row.cycle}/{cycles}: {audit.acknowledged} acknowledged, {audit.lost} lost,"
        f" {audit.duplicates} twice, {audit.never_sent} never sent; no answer for"
        f" {audit.silence_s:.2f} s, longest call {audit.longest_call_s:.2f} s, refused: {refused};"
        f" {verdict}"
    )


def record(arguments: list[str]):
    """Kills what the recorders of the clients have to do with."""
    parser = argparse.ArgumentParser(prog="scripts/faults recorder")
    parser.add_argument("--client", choices=FLEETS, default="python")
    parser.add_argument("--runs", type=int, default=10_000, help="that begin meanwhile")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    audit = soak(given.runs, random.Random(given.seed), given.client)
    if given.json:
        told = {"seed": given.seed, "client": given.client}
        print(json.dumps(told | {"recorder": dataclasses.asdict(audit)}, indent=2))
    else:
        kills = ", ".join(f"{name} {count} times" for name, count in audit.kills.items())
        print(
            f"{audit.began} runs began and {audit.ended} ended in {audit.seconds} s;"
            f" killed: {kills}; {audit.lost} lost, {audit.duplicates} twice,"
            f" {audit.refused} refused, {audit.unsaid} unsaid; seed {given.seed}"
        )
    sys.exit(0 if audit.is_clean else 1)


def main():
    if sys.argv[1:2] == ["recorder"]:
        record(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="scripts/faults")
    parser.add_argument("--cycles", type=int, default=10, help="of each fault")
    anything = random.randrange(1 << 32)
    parser.add_argument("--seed", type=int, default=anything, help="of the moments")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("names", nargs="*", metavar="FAULT", help="only those that contain it")
    arguments = parser.parse_args()
    chosen = [
        name
        for name in FAULTS
        if not arguments.names or any(part in name for part in arguments.names)
    ]
    if not chosen:
        parser.error(f"no fault of that name; there are: {', '.join(FAULTS)}")

    done = []
    for row in rows(chosen, arguments.cycles, random.Random(arguments.seed)):
        done.append(row)
        print(line(row, arguments.cycles), file=sys.stderr, flush=True)
    faulty = [row for row in done if not row.audit.is_clean]
    if arguments.json:
        told = {"seed": arguments.seed, "faults": [dataclasses.asdict(row) for row in done]}
        print(json.dumps(told, indent=2))
    else:
        acknowledged = sum(row.audit.acknowledged for row in done)
        print(
            f"{len(done)} faults, {acknowledged} acknowledged,"
            f" {sum(row.audit.lost for row in done)} lost,"
            f" {sum(row.audit.duplicates for row in done)} twice,"
            f" {sum(row.audit.statistics_differ for row in done)} statistics that differ"
            f" from the scan; seed {arguments.seed}"
        )
    sys.exit(1 if faulty else 0)


if __name__ == "__main__":
    main()
