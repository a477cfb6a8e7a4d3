"""What it costs to seal payloads: the server's CPU time of a get and of a save, and how many of
them it answers in a second, beside a server that does not."""

import contextlib

from bench import progress
from bench.calls import Calls
from bench.figures import median
from bench.h2load import Round
from bench.report import Column, Report
from bench.servers import running_server
from harness.folders import temporary_folder
from harness.payload_keys import PayloadKeys

CALLS = 20_000
PLAIN, SEALED = "plain", "sealed"
KINDS = {"get": Calls.gets, "save": Calls.saves}

COLUMNS = [
    Column("name", "call"),
    Column("plain_cpu_us_per_call", "CPU us/call, plain", ".1f"),
    Column("sealed_cpu_us_per_call", "sealed", ".1f"),
    Column("cpu_ratio", "ratio", ".2f"),
    Column("plain_calls_per_second", "calls/s, plain", ",.0f"),
    Column("sealed_calls_per_second", "sealed", ",.0f"),
    Column("ratio", "ratio", ".2f"),
]


def measure(rounds: int) -> Report:
    keys = PayloadKeys(temporary_folder() / "keys").write("one")
    with contextlib.ExitStack() as stack:
        calls = {
            PLAIN: Calls(stack.enter_context(running_server())),
            SEALED: Calls(stack.enter_context(running_server(*keys.flags))),
        }
        for kind in KINDS.values():
            for side in calls.values():
                kind(side, CALLS)
        rows = [row(name, calls, rounds) for name in KINDS]
        progress.end()
    caption = f"the same payloads, 256 calls in flight; medians of {rounds} rounds in turn"
    return Report("sealing", caption, COLUMNS, rows)


def row(name: str, calls: dict[str, Calls], rounds: int) -> dict:
    taken: dict[str, list[Round]] = {side: [] for side in calls}
    for number in range(rounds):
        progress.say(f"{name}, round {number + 1} of {rounds}")
        for side, its in calls.items():
            its.settle()
            taken[side].append(KINDS[name](its, CALLS))
    pairs = list(zip(taken[PLAIN], taken[SEALED], strict=True))
    found: dict = {
        "name": name,
        "cpu_ratio": median(sealed.cpu_seconds / plain.cpu_seconds for plain, sealed in pairs),
        "ratio": median(
            sealed.calls_per_second / plain.calls_per_second for plain, sealed in pairs
        ),
    }
    for side, its in taken.items():
        found[f"{side}_cpu_us_per_call"] = median(one.cpu_us_per_call for one in its)
        found[f"{side}_calls_per_second"] = median(one.calls_per_second for one in its)
    return found
