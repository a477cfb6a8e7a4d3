"""The client of clients/python, on the servers of the tests."""

from workflow_history_client import Token, WorkflowHistoryService

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
