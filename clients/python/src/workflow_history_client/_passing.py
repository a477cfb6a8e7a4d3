"""Failures that are no fault of what was sent."""

import grpc

from workflow_history_client.errors import WorkflowHistoryError

_PASSING = {
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNKNOWN,
}


def passes(error: WorkflowHistoryError) -> bool:
    """Whether the same may be taken later."""
    return error.code in _PASSING or error.retry_delay is not None
