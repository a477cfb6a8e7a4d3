"""A history as a team's pipelines make it: some types, some errors, weekdays busier than others."""

import math
import random
import time

from harness.client import COMPLETED, FAILED, Client, document, execution
from harness.identifiers import timestamp, uuid7

DAY = 86_400
PORTION = 500

# How often, how long at the median in seconds, how widely spread, and how many of 100 fail.
TYPES = {
    "nightly-etl": (5, 42.0, 0.5, 3),
    "invoice-render": (9, 2.1, 0.6, 1),
    "model-training": (1, 640.0, 0.4, 8),
    "email-digest": (5, 0.35, 0.7, 2),
}
TASKS = {
    "nightly-etl": [("extract", 0.3), ("transform", 0.5), ("load", 0.2)],
    "model-training": [("fetch", 0.1), ("train", 0.8), ("evaluate", 0.1)],
    "invoice-render": [("render", 1.0)],
    "email-digest": [],
}
ERRORS = [
    "connection to 10.0.0.{n} timed out after {n} s",
    "row {n} of file /data/in/{n}.csv has no column id",
    "CUDA out of memory: tried to allocate {n} MiB",
    "template invoice-{n} not found",
]
REGIONS = ["eu", "us", "ap"]


def run(chance: random.Random, at: float):
    """One execution that was created then, and has ended."""
    kind = chance.choices(list(TYPES), [share for share, *_ in TYPES.values()])[0]
    _, median, spread, failures = TYPES[kind]
    seconds = round(median * math.exp(chance.gauss(0, spread)), 3)
    fails = chance.random() * 100 < failures
    error = chance.choices(ERRORS, [5, 3, 2, 1])[0].format(n=chance.randrange(60)) if fails else ""
    tasks, begun = [], at
    for name, share in TASKS[kind]:
        is_last = fails and (name, share) == TASKS[kind][-1]
        task = {
            "task_name": name,
            "status": "FAILED" if is_last else "COMPLETED",
            "duration_seconds": round(seconds * share, 3),
            "start_time": timestamp(begun).ToJsonString(),
        }
        tasks.append(task | ({"error": error} if is_last else {}))
        begun += seconds * share
    return execution(
        id=uuid7(at),
        workflow_id=f"{kind}-{chance.randrange(12)}",
        workflow_type=kind,
        status=FAILED if fails else COMPLETED,
        start_time=timestamp(at),
        end_time=timestamp(at + seconds),
        input_data=document({"region": chance.choice(REGIONS), "rows": chance.randrange(10_000)}),
        output_data=document({"written": chance.randrange(10_000)}),
        task_results=document(tasks),
        error_message=error,
    )


def save_usual_and_slow(client: Client, usual_seconds: float, slow_seconds: float):
    """The slow one, behind enough others of its type to tell what is usual."""
    now = time.time()

    def save(seconds: float):
        return client.save(
            status=COMPLETED, start_time=timestamp(now - seconds), end_time=timestamp(now)
        )

    for _ in range(40):
        save(usual_seconds)
    return save(slow_seconds)


def save_history(client: Client, count: int, days: float = 30) -> None:
    """Saves so many executions over the last days, the newest some minutes old."""
    chance = random.Random(7)
    now = time.time()
    ages = sorted((chance.uniform(300, days * DAY) for _ in range(count)), reverse=True)
    portions = (
        [run(chance, now - age) for age in ages[start : start + PORTION]]
        for start in range(0, count, PORTION)
    )
    for outcomes in client.save_many(portions, timeout=900):
        assert not any(outcome.HasField("refusal") for outcome in outcomes), outcomes
