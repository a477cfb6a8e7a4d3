"""Calls for what many executions add up to."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

from workflow_history_client import _methods as methods
from workflow_history_client import _values as values
from workflow_history_client import shapes
from workflow_history_client._answers import as_dict
from workflow_history_client._protos.workflow_history_service_pb2 import (
    GetPerformanceMetricsRequest,
    GetWorkflowStatisticsRequest,
)
from workflow_history_client._protos.workflow_patterns_pb2 import (
    EstimateWorkflowExecutionRequest,
    ListLearnedPatternsRequest,
)
from workflow_history_client._values import Document, Identifier
from workflow_history_client.connection import Connection


class Figures(Connection):
    """Reads statistics, metrics, learned patterns and estimates."""

    async def get_workflow_statistics(
        self,
        user_id: Identifier,
        days: int = 30,
        workflow_type: str | None = None,
        *,
        timeout: float | None = None,
    ) -> shapes.WorkflowStatistics:
        """Returns counts, rates and durations of the executions that a user saved in the last days,
        of which there may be 1 to 365."""
        request = GetWorkflowStatisticsRequest(
            user_id=values.text("user_id", user_id),
            days=days,
            workflow_type=values.text("workflow_type", workflow_type or ""),
        )
        answer = await self._caller.call(
            methods.STATISTICS, request, repeatable=True, timeout=timeout
        )
        return cast(shapes.WorkflowStatistics, as_dict(answer.statistics))

    async def get_performance_metrics(
        self,
        user_id: Identifier,
        workflow_type: str | None = None,
        days: int = 30,
        *,
        timeout: float | None = None,
    ) -> shapes.PerformanceMetrics:
        """Returns how fast the executions were that a user saved in the last days, 1 to 365, with
        which errors they ended, and what to do about it."""
        request = GetPerformanceMetricsRequest(
            user_id=values.text("user_id", user_id),
            days=days,
            workflow_type=values.text("workflow_type", workflow_type or ""),
        )
        answer = await self._caller.call(methods.METRICS, request, repeatable=True, timeout=timeout)
        metrics: dict[str, Any] = as_dict(answer.metrics)
        tips: list[shapes.OptimizationTip] = metrics["optimization_tips"]
        metrics |= {"optimization_tips": [tip["text"] for tip in tips], "tips": tips}
        return cast(shapes.PerformanceMetrics, metrics)

    async def list_learned_patterns(
        self,
        user_id: Identifier,
        *,
        workflow_type: str | None = None,
        kinds: Iterable[str] = (),
        include_retired: bool = False,
        timeout: float | None = None,
    ) -> AsyncIterator[shapes.LearnedPattern]:
        """Yields the patterns that were learned from a user's history, the most certain first.

        - kinds: only these; none for all.
        - include_retired: those that stand no more too.
        - timeout: of each page that is read.
        """
        request = ListLearnedPatternsRequest(
            user_id=values.text("user_id", user_id),
            workflow_type=values.text("workflow_type", workflow_type or ""),
            kinds=values.pattern_kinds("kinds", kinds),
            include_retired=include_retired,
            page_size=100,
        )
        while True:
            page = await self._caller.call(
                methods.PATTERNS, request, repeatable=True, timeout=timeout
            )
            for pattern in page.patterns:
                yield cast(shapes.LearnedPattern, as_dict(pattern))
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def estimate_workflow_execution(
        self,
        *,
        user_id: Identifier = "",
        workflow_type: str | None = None,
        input_data: Document = None,
        execution_id: Identifier | None = None,
        timeout: float | None = None,
    ) -> shapes.ExecutionEstimate:
        """Returns how long an execution is to be expected to take, and whether to fail.

        It is one of a type, with an input or without; or one that is stored, which raises
        `NotFound` where there is none.
        """
        request = EstimateWorkflowExecutionRequest(
            user_id=values.text("user_id", user_id),
            workflow_type=values.text("workflow_type", workflow_type or ""),
            input_data=(None if input_data is None else values.document("input_data", input_data)),
            execution_id=values.text("execution_id", execution_id or ""),
        )
        answer = await self._caller.call(
            methods.ESTIMATE, request, repeatable=True, timeout=timeout
        )
        return cast(shapes.ExecutionEstimate, as_dict(answer.estimate))
