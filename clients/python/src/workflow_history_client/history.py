"""Calls for a user's executions."""

from collections.abc import AsyncIterator, Iterable
from typing import Unpack, cast

from workflow_history_client import _methods as methods
from workflow_history_client import _requests as requests
from workflow_history_client import _values as values
from workflow_history_client import shapes
from workflow_history_client._answers import as_dict
from workflow_history_client._protos.workflow_history_service_pb2 import (
    GetUserWorkflowHistoryResponse,
)
from workflow_history_client._values import Identifier, status_name
from workflow_history_client.connection import Connection


class History(Connection):
    """Reads a user's executions, by page or one after the other."""

    async def get_user_workflow_history(
        self,
        user_id: Identifier,
        limit: int = 50,
        offset: int = 0,
        status_filter: str | Iterable[str] | None = None,
        *,
        page_token: str | None = None,
        timeout: float | None = None,
        **filters: Unpack[shapes.HistoryFilters],
    ) -> shapes.WorkflowHistoryPage:
        """Returns up to `limit` of a user's executions that meet every filter, newest first, and
        how many there are in all.

        An offset is 1,000,000 at most, and costs the more the larger it is: to go on after a page,
        rather pass its `next_page_token` as `page_token`, with the same filters. A limit over 100,
        or documents of over 3 MiB, take several calls, `timeout` for each.
        """
        request = requests.history(user_id, limit, status_filter, filters, self._naive_times)
        statuses = [status_name(status) for status in request.statuses]
        request.offset = offset
        request.page_token = values.text("page_token", page_token or "")
        request.include_total = True
        page = await self._caller.call(methods.HISTORY, request, repeatable=True, timeout=timeout)
        total = page.total
        executions = _executions(page)
        while page.next_page_token and len(executions) < limit:
            request.offset = 0
            request.include_total = False
            request.page_token = page.next_page_token
            request.page_size = min(limit - len(executions), requests.MAX_PAGE_SIZE)
            page = await self._caller.call(
                methods.HISTORY, request, repeatable=True, timeout=timeout
            )
            executions += _executions(page)
        return {
            "executions": executions,
            "total": total,
            "limit": limit,
            "offset": offset,
            "status_filter": statuses[0] if len(statuses) == 1 else statuses or None,
            "next_page_token": page.next_page_token or None,
        }

    async def iterate_user_workflow_history(
        self,
        user_id: Identifier,
        *,
        status_filter: str | Iterable[str] | None = None,
        page_size: int = requests.MAX_PAGE_SIZE,
        timeout: float | None = None,
        **filters: Unpack[shapes.HistoryFilters],
    ) -> AsyncIterator[shapes.WorkflowExecution]:
        """Yields all of a user's executions that meet every filter, newest first.

        They are read a page at a time; each costs the same, however deep, and may take `timeout`.
        What is saved meanwhile may be missing.
        """
        request = requests.history(user_id, page_size, status_filter, filters, self._naive_times)
        while True:
            page = await self._caller.call(
                methods.HISTORY, request, repeatable=True, timeout=timeout
            )
            for execution in _executions(page):
                yield execution
            request.page_token = page.next_page_token
            if not request.page_token:
                return


def _executions(page: GetUserWorkflowHistoryResponse) -> list[shapes.WorkflowExecution]:
    return [cast(shapes.WorkflowExecution, as_dict(one)) for one in page.executions]
