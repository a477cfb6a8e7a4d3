"""What the statistics and metrics must be, computed the plain way from what was saved."""

import collections
import dataclasses
import math
import random
import time

from harness.client import COMPLETED, FAILED, STATUSES, Client
from harness.identifiers import created_at_ms, timestamp, utc_day, uuid7

DAY = 86_400

# Each is one error; the varying parts say nothing about which.
ERROR_TEMPLATES = [
    "connection to 10.0.0.{n} timed out after {n} s",
    "row {n} of file /data/in/{n}.csv has no column id",
    "execution {uuid} lost its worker",
    "at 2026-01-{day:02d}T10:00:{n:02d}Z: disk full",
    "value {n} out of range",
    "permission denied",
    "unexpected end of file",
]


@dataclasses.dataclass
class Row:
    """What an oracle needs to know of an execution."""

    id: str
    workflow_type: str
    status: int
    duration: float | None
    error: str = ""
    template: str | None = None

    @property
    def created(self) -> float:
        return created_at_ms(self.id) / 1000


def random_rows(seed: int, count: int, days: float = 30) -> list[Row]:
    """Executions over the last days: skewed durations, some without one, some errors."""
    chance = random.Random(seed)
    now = time.time()
    rows = []
    for _ in range(count):
        status = chance.choices(STATUSES, [1, 2, 10, 5, 1])[0]
        duration = None
        if chance.random() < 0.9:
            duration = round(math.exp(chance.gauss(3, 2)), chance.randrange(7))
        row = Row(
            uuid7(now - chance.uniform(60, days * DAY)),
            chance.choices(["etl", "report", "train", "zip"], [4, 3, 2, 1])[0],
            status,
            duration,
        )
        if status == FAILED and chance.random() < 0.9:
            row.template = chance.choices(ERROR_TEMPLATES, [9, 7, 5, 4, 3, 2, 1])[0]
            row.error = row.template.format(
                n=chance.randrange(60), day=chance.randrange(1, 29), uuid=uuid7()
            )
        rows.append(row)
    return rows


def save_all(client: Client, rows: list[Row]) -> None:
    for row in rows:
        fields = {}
        if row.duration is not None:
            # A client gives the times, another the duration: both ways lead here.
            fields["duration_seconds"] = {"value": row.duration}
        saved = client.save(
            id=row.id,
            workflow_type=row.workflow_type,
            # A terminal save without an end gets one, and so a duration: PAUSED does not.
            status=row.status,
            error_message=row.error,
            start_time=timestamp(row.created),
            **fields,
        )
        if row.duration is None and saved.HasField("duration_seconds"):
            row.duration = saved.duration_seconds.value


def nearest_rank(durations: list[float], percent: float) -> float:
    ordered = sorted(durations)
    return ordered[max(1, math.ceil(percent / 100 * len(ordered))) - 1]


def mean(durations: list[float]) -> float:
    return sum(round(duration * 1e6) for duration in durations) / 1e6 / len(durations)


def durations(rows: list[Row]) -> list[float]:
    return [row.duration for row in rows if row.duration is not None]


def count(rows: list[Row], status: int) -> int:
    return sum(row.status == status for row in rows)


def success_rate(rows: list[Row]) -> float:
    return round(100 * count(rows, COMPLETED) / len(rows), 2) if rows else 0.0


def by_type(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Most executions first, then by name."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row.workflow_type].append(row)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


SPEED_CLASSES = [
    ("very_fast", 0, 5),
    ("fast", 5, 15),
    ("normal", 15, 60),
    ("slow", 60, 300),
    ("very_slow", 300, math.inf),
]


def speed_classes(rows: list[Row]) -> list[tuple[str, list[float]]]:
    known = durations(rows)
    return [(name, [d for d in known if low <= d < high]) for name, low, high in SPEED_CLASSES]


def errors_by_template(rows: list[Row]) -> dict[str, list[Row]]:
    """Newest first within each."""
    groups = collections.defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        if row.template is not None:
            groups[row.template].append(row)
    return groups


def in_window(rows: list[Row], start: float, end: float) -> list[Row]:
    return [row for row in rows if start <= row.created < end]


def by_day(rows: list[Row]) -> dict[str, list[Row]]:
    days = collections.defaultdict(list)
    for row in rows:
        days[utc_day(row.created)].append(row)
    return days


def day_durations(rows: list[Row]) -> dict[str, list[float]]:
    days = collections.defaultdict(list)
    for row in rows:
        if row.duration is not None:
            days[utc_day(row.created)].append(row.duration)
    return days
