"""Executions with a cause to be learned, saved through the API beside those that are loaded."""

import concurrent.futures
import functools
import json
import subprocess
import time

from harness.client import COMPLETED, FAILED, document
from harness.identifiers import uuid7
from harness.server import Server, executable

USER = "planted"
# As many as a page of patterns has: each has one cause.
TYPES = 20
WEEKS, EXECUTIONS_OF_A_WEEK, REGIONS = 3, 60, 4
DAY_SECONDS = 86_400
SAVERS = 8


def type_name(number: int) -> str:
    return f"planted-{number}"


def plant(server: Server):
    """Saves executions of the last weeks that are over, of each type those in one region fail; then
    has the server's own command learn from them."""
    client = server.client(USER)
    today = int(time.time()) // DAY_SECONDS
    # 1970-01-01 was a Thursday.
    monday = (today - (today + 3) % 7) * DAY_SECONDS

    def save(week: int, kind: int, number: int):
        region = (number + kind) % REGIONS
        fails = region == 0
        day = monday - 7 * week * DAY_SECONDS + number % 7 * DAY_SECONDS
        client.save(
            id=uuid7(day + number // 7 * 3600 + kind),
            workflow_id=f"planted-{week}-{kind}-{number}",
            workflow_type=type_name(kind),
            status=FAILED if fails else COMPLETED,
            error_message=f"no route to region {region}" if fails else "",
            duration_seconds={"value": 10 * (1 + number * 7 % 20 / 20)},
            input_data=document({"region": f"region-{region}"}),
        )

    with concurrent.futures.ThreadPoolExecutor(SAVERS) as pool:
        for week in range(WEEKS, 0, -1):
            for kind in range(TYPES):
                list(pool.map(functools.partial(save, week, kind), range(EXECUTIONS_OF_A_WEEK)))
    command = [executable(), "patterns", "learn", "--data-dir", server.data, "--json"]
    learned = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    if int(json.loads(learned.stdout)["found"]) < TYPES:
        raise SystemExit(f"too little was learned: {learned.stdout}")
