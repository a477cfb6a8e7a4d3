"""The parts of requests that are made of many arguments."""

import datetime
from collections.abc import Iterable, Mapping

from workflow_history_client import _values as values
from workflow_history_client._protos.workflow_archive_pb2 import ArchivedExecution
from workflow_history_client._protos.workflow_changes_pb2 import WatchWorkflowExecutionsRequest
from workflow_history_client._protos.workflow_execution_pb2 import WorkflowExecution
from workflow_history_client._protos.workflow_history_service_pb2 import (
    WORKFLOW_EXECUTION_VIEW_BASIC,
    WORKFLOW_EXECUTION_VIEW_FULL,
    ExportWorkflowExecutionsRequest,
    GetUserWorkflowHistoryRequest,
)
from workflow_history_client.errors import InvalidArgument
from workflow_history_client.shapes import ExecutionChanges, HistoryFilters

_DOCUMENTS = {"input_data", "output_data", "task_results", "execution_metadata"}
_TIMES = {"start_time", "end_time", "updated_at"}
MAX_PAGE_SIZE = 100


def execution(
    fields: Mapping[str, object], naive_times: datetime.tzinfo | None
) -> WorkflowExecution:
    """An execution with these fields. What is None is left out."""
    result = WorkflowExecution()
    for name, value in fields.items():
        path = f"execution.{name}"
        if value is None:
            continue
        if name in _DOCUMENTS:
            getattr(result, name).CopyFrom(values.document(path, value))
        elif name in _TIMES:
            getattr(result, name).CopyFrom(values.timestamp(path, value, naive_times))
        elif name == "duration_seconds":
            result.duration_seconds.CopyFrom(values.seconds(path, value))
        elif name == "status":
            result.status = values.status(path, value)
        elif name == "version":
            result.version = values.version(path, value)
        else:
            setattr(result, name, values.text(path, value))
    return result


def archived(
    fields: Mapping[str, object], naive_times: datetime.tzinfo | None
) -> ArchivedExecution:
    """An archived execution with these fields. Its created_at is its id's own."""
    rest = {name: fields[name] for name in fields if name not in ("created_at", "save_digest")}
    result = ArchivedExecution(execution=execution(rest, naive_times))
    digest = fields.get("save_digest")
    if digest is not None:
        result.save_digest = values.digest("save_digest", digest)
    return result


def check_names(names: Iterable[str], known: type) -> None:
    """An execution to be saved has only the fields of this TypedDict."""
    for name in names:
        if name not in known.__annotations__:
            raise InvalidArgument.field(f"execution.{name}", "is no field of an execution")


def check_changes(changes: Mapping[str, object]) -> None:
    """Only these can be changed."""
    for name in changes:
        if name not in ExecutionChanges.__annotations__:
            raise InvalidArgument.field(
                f"execution.{name}",
                f"can't be changed; these can: {', '.join(ExecutionChanges.__annotations__)}",
            )


def history(
    user_id: values.Identifier,
    limit: int,
    status_filter: object,
    filters: HistoryFilters,
    naive_times: datetime.tzinfo | None,
) -> GetUserWorkflowHistoryRequest:
    """The request for the first page of at most this many executions."""
    if limit < 1:
        raise InvalidArgument.field("page_size", f"must be 1 at least, and is {limit}")
    request = GetUserWorkflowHistoryRequest(
        user_id=values.text("user_id", user_id),
        workflow_id=values.text("workflow_id", filters.get("workflow_id") or ""),
        workflow_type=values.text("workflow_type", filters.get("workflow_type") or ""),
        statuses=values.statuses("statuses", status_filter),
        abandoned_only=filters.get("abandoned_only", False),
        page_size=min(limit, MAX_PAGE_SIZE),
        view=(
            WORKFLOW_EXECUTION_VIEW_FULL
            if filters.get("include_documents", True)
            else WORKFLOW_EXECUTION_VIEW_BASIC
        ),
    )
    after, before = filters.get("created_after"), filters.get("created_before")
    set_window(request, after, before, naive_times)
    return request


def set_window(
    request: GetUserWorkflowHistoryRequest
    | WatchWorkflowExecutionsRequest
    | ExportWorkflowExecutionsRequest,
    created_after: datetime.datetime | None,
    created_before: datetime.datetime | None,
    naive_times: datetime.tzinfo | None,
) -> None:
    """Asks for what was created at or after the one instant, and before the other."""
    for field, value in (("created_after", created_after), ("created_before", created_before)):
        if value is not None:
            getattr(request, field).CopyFrom(values.timestamp(field, value, naive_times))
