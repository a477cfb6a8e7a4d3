"""The attempts of a stream, each of which goes on where the last one broke."""

import asyncio

from workflow_history_client._calls import Caller
from workflow_history_client.errors import Unauthenticated, WorkflowHistoryError


class Attempts:
    """When a stream is begun again, and with which token."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        # How often in a row it was begun again, and whether with another token.
        self._attempt = 0
        self._renewed = False

    def note_progress(self) -> None:
        """The current attempt got somewhere: the next one that fails is a first again."""
        self._attempt = 0
        self._renewed = False

    async def next_token(
        self, error: WorkflowHistoryError, token: str | None, end: float | None = None
    ) -> str | None:
        """The token of the next attempt, when it is time for it. Raises the error where there is to
        be none.

        - error: why the last one ended.
        - token: the token that it had.
        - end: no attempt begins after this, by the event loop's clock.
        """
        if isinstance(error, Unauthenticated) and not self._renewed:
            self._renewed = True
            renewed = await self._caller.tokens.instead_of(token)
            if renewed != token:
                return renewed
        retry = self._caller.retry
        delay = None if retry is None else retry.delay(error, self._attempt, repeatable=True)
        if retry is None or delay is None or _is_late(delay, end):
            raise error
        await retry.sleep(delay)
        self._attempt += 1
        return token


def _is_late(delay: float, end: float | None) -> bool:
    return end is not None and asyncio.get_running_loop().time() + delay >= end
