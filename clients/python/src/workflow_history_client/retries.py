"""When a call that failed is tried again, and after how long."""

import asyncio
import dataclasses
import random
from collections.abc import Awaitable, Callable

import grpc

from workflow_history_client.errors import WorkflowHistoryError


@dataclasses.dataclass(frozen=True)
class RetryPolicy:
    """Exponential backoff with full jitter, until the deadline of the call.

    Tried again are calls that the server refused with a google.rpc.RetryInfo, none sooner than it
    says, and, where it does no harm to carry them out twice, those that were UNAVAILABLE.
    """

    # The most seconds before the second attempt; twice as many before each that follows.
    initial_backoff: float = 0.1
    # The most seconds before any, beside those of a RetryInfo.
    max_backoff: float = 5.0
    # What waits between attempts, for so many seconds.
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def backoff(self, attempt: int) -> float:
        """Seconds to wait after this attempt, the first of which is 0."""
        ceiling = self.initial_backoff * 2.0 ** min(attempt, 60)
        return random.uniform(0, min(ceiling, self.max_backoff))

    def delay(self, error: WorkflowHistoryError, attempt: int, repeatable: bool) -> float | None:
        """Seconds to wait before the call is tried again; none where it must not be."""
        match error.code:
            case grpc.StatusCode.UNAVAILABLE:
                again = repeatable
            # The server carried nothing out, and the same request may be good later.
            case grpc.StatusCode.RESOURCE_EXHAUSTED | grpc.StatusCode.ABORTED:
                again = error.retry_delay is not None
            case _:
                again = False
        return (error.retry_delay or 0) + self.backoff(attempt) if again else None
