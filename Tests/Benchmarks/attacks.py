"""What a well-behaved client gets before, during and after each attack; see scripts/attacks.

The client is the witness of Tests/Attacks: one call at a time, on one connection over TLS. The
server has one loop, which the client shares with the attacker.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Integration"), str(HERE.parent / "Attacks")]
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from attacks import memory  # noqa: E402
from attacks.catalogue import ATTACKS  # noqa: E402
from attacks.outcome import STATUS_NAMES, Outcome  # noqa: E402
from attacks.target import Target, running_target  # noqa: E402
from attacks.witness import Testimony, Witness  # noqa: E402

# For how long the client is watched before an attack and after it.
QUIET_SECONDS = 1.0
PHASES = ("before", "during", "after")


@dataclasses.dataclass
class Row:
    """One attack, mounted again and again for its time."""

    attack: str
    times: int
    calls_per_second: dict[str, float]
    p99_ms: dict[str, float]
    slowest_ms: float
    failures: dict[str, int]
    peak_mib: float
    attacker_got: str


def mount(name: str, target: Target, witness: Witness, seconds: float) -> Row:
    memory.forget_peak(target.pid)
    began = time.monotonic()
    time.sleep(QUIET_SECONDS)
    start = time.monotonic()
    outcome, times = Outcome(), 0
    while (left := start + seconds - time.monotonic()) > 0:
        outcome.add(ATTACKS[name](target, left))
        times += 1
    end = time.monotonic()
    during = witness.between(start, end)
    # What still waits from the attack belongs to what it did.
    quiet = time.monotonic()
    time.sleep(QUIET_SECONDS)
    after = witness.between(quiet, time.monotonic())
    stretches: list[Testimony] = [witness.between(began, start), during, after]
    named = dict(zip(PHASES, stretches, strict=True))
    failures = sum((one.failures for one in stretches[1:]), start=stretches[0].failures)
    return Row(
        name,
        times,
        {phase: round(one.calls_per_second, 1) for phase, one in named.items()},
        {phase: round(one.quantile_ms(0.99), 1) for phase, one in named.items()},
        round(during.quantile_ms(1), 1),
        {STATUS_NAMES[code]: count for code, count in failures.items()},
        round(memory.peak(target.pid) / memory.MIB, 1),
        str(outcome),
    )


COLUMNS = ["attack", "times"]
COLUMNS += [f"{phase} /s" for phase in PHASES] + [f"{phase} p99 ms" for phase in PHASES]
COLUMNS += ["slowest ms", "failed", "peak MiB", "the attacker got"]


def cells(row: Row) -> list[str]:
    failed = ", ".join(f"{count} {name}" for name, count in row.failures.items()) or "0"
    return [
        *(row.attack, str(row.times)),
        *(f"{row.calls_per_second[phase]:.0f}" for phase in PHASES),
        *(f"{row.p99_ms[phase]:.1f}" for phase in PHASES),
        *(f"{row.slowest_ms:.1f}", failed, f"{row.peak_mib:.0f}", row.attacker_got),
    ]


class Table:
    """Rows as they come: aligned in a terminal, with tabs between in a pipe."""

    def __init__(self):
        self.widths = [max(map(len, ATTACKS)), *map(len, COLUMNS[1:-1])]
        self.show(COLUMNS)

    def show(self, row: list[str]):
        if not sys.stdout.isatty():
            print("\t".join(row), flush=True)
            return
        first, *numbers = [
            f"{cell:{'<' if at == 0 else '>'}{width}}"
            for at, (cell, width) in enumerate(zip(row, self.widths, strict=False))
        ]
        print("  ".join([first, *numbers, row[-1]]), flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/attacks")
    parser.add_argument("--seconds", type=float, default=3, help="of each attack")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("names", nargs="*", metavar="ATTACK", help="only those that contain it")
    arguments = parser.parse_args()
    chosen = [
        name
        for name in ATTACKS
        if not arguments.names or any(part in name for part in arguments.names)
    ]
    if not chosen:
        parser.error(f"no attack of that name; there are: {', '.join(ATTACKS)}")

    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    rows = []
    if not arguments.json:
        print(f"{machine}; one loop, {arguments.seconds:g} s of each attack")
        table = Table()
    for name in chosen:
        # A server for each: what one attack leaves is not what the next one does.
        with running_target() as target, Witness(target) as witness:
            row = mount(name, target, witness, arguments.seconds)
        rows.append(row)
        if not arguments.json:
            table.show(cells(row))
    if arguments.json:
        rows = [dataclasses.asdict(row) for row in rows]
        print(json.dumps({"machine": machine, "attacks": rows}, indent=2))


if __name__ == "__main__":
    main()
