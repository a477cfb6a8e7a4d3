"""A stock grpcio client of the service."""

import contextlib
import dataclasses
import json

import grpc
import pytest
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from harness.stubs import execution_pb2, patterns_pb2, service_grpc, service_pb2

PENDING = execution_pb2.WORKFLOW_STATUS_PENDING
RUNNING = execution_pb2.WORKFLOW_STATUS_RUNNING
COMPLETED = execution_pb2.WORKFLOW_STATUS_COMPLETED
FAILED = execution_pb2.WORKFLOW_STATUS_FAILED
PAUSED = execution_pb2.WORKFLOW_STATUS_PAUSED
STATUSES = [PENDING, RUNNING, COMPLETED, FAILED, PAUSED]

FULL = service_pb2.WORKFLOW_EXECUTION_VIEW_FULL
BASIC = service_pb2.WORKFLOW_EXECUTION_VIEW_BASIC

# Long enough for a busy machine; a call that hangs still ends.
PATIENCE = 60


def document(value: object) -> execution_pb2.JsonDocument:
    return execution_pb2.JsonDocument(json=json.dumps(value))


def parsed(sent: execution_pb2.JsonDocument) -> object:
    return json.loads(sent.json)


def execution(**fields: object) -> execution_pb2.WorkflowExecution:
    """An execution that can be saved: RUNNING, unless the fields say otherwise."""
    defaults = {"workflow_id": "wf-1", "workflow_type": "etl", "status": RUNNING}
    return execution_pb2.WorkflowExecution(**defaults | fields)


@dataclasses.dataclass(frozen=True)
class Client:
    """One user on one channel. Methods are named as the service's and return the inner message."""

    channel: grpc.Channel
    user: str
    token: str | None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return () if self.token is None else (("authorization", f"Bearer {self.token}"),)

    @property
    def stub(self) -> service_grpc.WorkflowHistoryServiceStub:
        return service_grpc.WorkflowHistoryServiceStub(self.channel)

    def call(self, method: str, request: object, timeout: float = PATIENCE) -> object:
        return getattr(self.stub, method)(request, metadata=self.metadata, timeout=timeout)

    def save(self, sent: execution_pb2.WorkflowExecution | None = None, **fields: object):
        sent = sent or execution(**fields)
        request = service_pb2.SaveWorkflowExecutionRequest(execution=sent)
        return self.call("SaveWorkflowExecution", request).execution

    def save_many(self, portions, timeout: float = PATIENCE) -> list[list]:
        """The outcomes of each portion of executions."""
        sent = (
            service_pb2.SaveWorkflowExecutionsRequest(executions=portion) for portion in portions
        )
        responses = self.stub.SaveWorkflowExecutions(
            sent, metadata=self.metadata, timeout=timeout
        )
        return [list(response.outcomes) for response in responses]

    def get(self, execution_id: str):
        request = service_pb2.GetWorkflowExecutionRequest(id=execution_id)
        return self.call("GetWorkflowExecution", request).execution

    def history(self, **fields: object):
        request = service_pb2.GetUserWorkflowHistoryRequest(**fields)
        return self.call("GetUserWorkflowHistory", request)

    def statistics(self, **fields: object):
        request = service_pb2.GetWorkflowStatisticsRequest(**fields)
        return self.call("GetWorkflowStatistics", request).statistics

    def metrics(self, **fields: object):
        request = service_pb2.GetPerformanceMetricsRequest(**fields)
        return self.call("GetPerformanceMetrics", request).metrics

    def patterns(self, **fields: object):
        request = patterns_pb2.ListLearnedPatternsRequest(**fields)
        return self.call("ListLearnedPatterns", request)

    def estimate(self, **fields: object):
        request = patterns_pb2.EstimateWorkflowExecutionRequest(**fields)
        return self.call("EstimateWorkflowExecution", request).estimate

    def update(
        self, execution_id: str, expected_version=0, allow_reopen=False, mask=None, **fields
    ):
        """Changes these fields, or those of the mask."""
        request = service_pb2.UpdateWorkflowExecutionRequest(
            execution=execution_pb2.WorkflowExecution(id=execution_id, **fields),
            update_mask=field_mask_pb2.FieldMask(paths=fields if mask is None else mask),
            expected_version=expected_version,
            allow_reopen=allow_reopen,
        )
        return self.call("UpdateWorkflowExecution", request).execution

    def heartbeat(self, execution_id: str, timeout_seconds=0):
        request = service_pb2.HeartbeatWorkflowExecutionRequest(
            id=execution_id, timeout_seconds=timeout_seconds
        )
        return self.call("HeartbeatWorkflowExecution", request)

    def delete(self, execution_id: str, expected_version=0):
        request = service_pb2.DeleteWorkflowExecutionRequest(
            id=execution_id, expected_version=expected_version
        )
        return self.call("DeleteWorkflowExecution", request)

    def walk(self, **fields: object):
        """Every execution of the history, page by page."""
        token = ""
        while True:
            page = self.history(page_token=token, **fields)
            yield from page.executions
            token = page.next_page_token
            if not token:
                return


@contextlib.contextmanager
def refused(code: grpc.StatusCode):
    """The call inside is refused with this code; yields the error, as pytest.raises does."""
    with pytest.raises(grpc.RpcError) as caught:
        yield caught
    assert caught.value.code() is code, (caught.value.code(), caught.value.details())


def violated_fields(error: grpc.RpcError) -> list[str]:
    """The fields that an INVALID_ARGUMENT names in its details."""
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, (error.code(), error.details())
    refusal = _detail(error, error_details_pb2.BadRequest)
    assert refusal is not None, "no google.rpc.BadRequest in grpc-status-details-bin"
    assert all(violation.description for violation in refusal.field_violations)
    return [violation.field for violation in refusal.field_violations]


def retry_delay(error: grpc.RpcError) -> float | None:
    """The seconds that a google.rpc.RetryInfo says to wait."""
    info = _detail(error, error_details_pb2.RetryInfo)
    return None if info is None else info.retry_delay.ToNanoseconds() / 1e9


def _detail(error: grpc.RpcError, kind: type):
    status = rpc_status.from_call(error)
    for packed in status.details if status else ():
        message = kind()
        if packed.Unpack(message):
            return message
    return None
