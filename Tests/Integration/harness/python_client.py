"""The client of clients/python, on the servers of the tests."""

import dataclasses

import grpc
from workflow_history_client import RetryPolicy, Token, WorkflowHistoryService

from harness.server import Server


def connect(
    server: Server, token: Token, transport: str = "tls", **options: object
) -> WorkflowHistoryService:
    """A client over `tls`, `unix-tls` or `unix`."""
    return WorkflowHistoryService.connect(
        server.address if transport == "tls" else f"unix:{server.socket}",
        root_certificates=None if transport == "unix" else server.ca,
        token=token,
        **options,
    )


async def save(history: WorkflowHistoryService, user: str, **fields: object) -> str:
    """Saves an execution that is RUNNING, unless the fields say otherwise."""
    defaults = {"workflow_id": "wf-1", "workflow_type": "etl", "status": "RUNNING"}
    return await history.save_workflow_execution(user_id=user, **defaults | fields)


@dataclasses.dataclass(frozen=True)
class FewRetries(RetryPolicy):
    """Retries at once, until so many were made; the next would be after any deadline."""

    count: int = 3

    def backoff(self, attempt: int) -> float:
        return 0.01 if attempt < self.count else 1e9


class LostCalls(grpc.aio.UnaryUnaryClientInterceptor):
    """Loses the first call of a method: its answer, after the server has carried it out, or its
    request."""

    def __init__(self, method: str, lose: str = "answer"):
        self._method = method
        self._lose = lose
        self.lost = 0

    async def intercept_unary_unary(self, continuation, details, request):
        if self.lost > 0 or not details.method.endswith(f"/{self._method}".encode()):
            return await continuation(details, request)
        self.lost += 1
        if self._lose == "answer":
            await (await continuation(details, request))
        raise grpc.aio.AioRpcError(
            grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "lost"
        )


def losing(server: Server, calls: LostCalls) -> grpc.aio.Channel:
    credentials = grpc.ssl_channel_credentials(server.ca)
    return grpc.aio.secure_channel(server.address, credentials, interceptors=[calls])
