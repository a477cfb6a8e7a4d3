"""Runs a pipeline task by task, and saves what it did."""

import dataclasses
import os
import platform
import time
from collections.abc import Callable

from google.protobuf import timestamp_pb2

from harness.client import COMPLETED, FAILED, RUNNING, Client, document, execution
from harness.identifiers import uuid7
from harness.stubs import execution_pb2
from pipeline import tasks


@dataclasses.dataclass(frozen=True)
class Pipeline:
    """Tasks to be run in turn, until one fails."""

    workflow_type: str
    tasks: tuple[Callable[[tasks.Facts], tasks.Facts], ...]
    # Which of the facts are the run's output.
    output: tuple[str, ...]


ARCHIVE = Pipeline(
    "archive-tree",
    (tasks.find_files, tasks.hash_files, tasks.compress_files, tasks.summarise),
    ("tree_digest", "sizes", "kinds"),
)
LOAD_JSON = Pipeline("load-json", (tasks.find_files, tasks.unpack, tasks.parse), ("values",))


def run(client: Client, pipeline: Pipeline, workflow_id: str, tree: str):
    """Runs the pipeline over a tree of files; returns the execution as it was last saved.

    It is saved as RUNNING before any work, under an id of our own so that a save whose answer is
    lost can be sent again, and updated to COMPLETED or FAILED at the end.
    """
    saved = client.save(
        execution(
            id=uuid7(),
            workflow_id=workflow_id,
            workflow_type=pipeline.workflow_type,
            status=RUNNING,
            input_data=document({"tree": tree}),
            start_time=_now(),
            execution_metadata=document({"host": platform.node(), "process": os.getpid()}),
        )
    )
    facts = {"tree": tree}
    results = []
    error = ""
    for task in pipeline.tasks:
        result, error = _perform(task, facts)
        results.append(result)
        if error:
            break
    changes = {
        "status": FAILED if error else COMPLETED,
        "task_results": document(results),
        "end_time": _now(),
    }
    if error:
        changes["error_message"] = error
    else:
        changes["output_data"] = document({name: facts[name] for name in pipeline.output})
    return client.update(saved.id, expected_version=saved.version, **changes)


def _perform(task, facts: tasks.Facts) -> tuple[dict, str]:
    """Runs one task; returns its result for the history, and its error or nothing."""
    began = time.monotonic()
    error = ""
    try:
        facts.update(task(facts))
    except Exception as failure:  # Whatever a task raises is the run's error.
        error = f"{task.__name__}: {type(failure).__name__}: {failure}"
    result = {
        "task_name": task.__name__,
        "status": _name(FAILED if error else COMPLETED),
        "duration_seconds": time.monotonic() - began,
    }
    return (result | {"error": error} if error else result), error


def _name(status: int) -> str:
    return execution_pb2.WorkflowStatus.Name(status).removeprefix("WORKFLOW_STATUS_")


def _now() -> timestamp_pb2.Timestamp:
    now = timestamp_pb2.Timestamp()
    now.FromNanoseconds(time.time_ns() // 1000 * 1000)
    return now
