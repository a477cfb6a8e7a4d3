"""The token that each call carries."""

import asyncio
from collections.abc import Awaitable, Callable

# A JSON Web Token; or what gives one when it is first needed, and again whenever the server
# refuses the last; or none, where the connection itself says who calls.
Token = str | Callable[[], Awaitable[str]] | None


class TokenSource:
    """The current token, which concurrent calls share."""

    def __init__(self, token: Token) -> None:
        self._current = token if isinstance(token, str) else None
        self._ask = token if callable(token) else None
        self._asking = asyncio.Lock()

    async def current(self) -> str | None:
        if self._current is None and self._ask is not None:
            return await self.instead_of(None)
        return self._current

    async def instead_of(self, refused: str | None) -> str | None:
        """Another token than this, which is asked for once however many calls were refused."""
        async with self._asking:
            if self._current == refused and self._ask is not None:
                self._current = await self._ask()
            return self._current
